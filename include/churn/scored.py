"""Tags by which a model version says what it scored last. Light: nothing is imported."""

AT = "scored.at"  # time of the predictions, ISO 8601
ROWS = "scored.rows"  # predictions written
TABLE = "scored.table"  # where to
RUN_ID = "scored.run_id"  # as in the table
