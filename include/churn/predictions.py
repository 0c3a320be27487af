"""From scored rows to the predictions table."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from churn.feature_store.delta import PREDICTION
from churn.tables import arriving_table, replace_table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

PROBABILITIES = "array<double>"  # what the pipeline gives for a row
NUMBERS = 2  # of staying and of leaving


@dataclass(frozen=True)
class Scoring:
    """What is the same for all rows of one scoring."""

    model_name: str
    model_version: str
    run_id: str
    scored_at: datetime
    threshold: float


def churn_probability() -> "Column":
    """The probability of leaving in the column that `score_batch` writes with `PROBABILITIES`."""
    refusal = F.raise_error(F.lit("The model gives labels, not probabilities: log it with predict_proba"))
    return F.when(F.size(PREDICTION) == NUMBERS, F.get(PREDICTION, F.lit(1))).otherwise(refusal)


def as_predictions(scored: "DataFrame", key: str, scoring: Scoring) -> "DataFrame":
    """One row a customer: key, probability, label, model name and version, run id and time."""
    return scored.select(
        F.col(key),
        churn_probability().alias("probability"),
        (churn_probability() >= scoring.threshold).cast("int").alias("label"),
        F.lit(scoring.model_name).alias("model_name"),
        F.lit(scoring.model_version).alias("model_version"),
        F.lit(scoring.run_id).alias("run_id"),
        F.lit(scoring.scored_at).alias("scored_at"),
    )


def append_run(spark: "SparkSession", predictions: "DataFrame", key: str, run_id: str, table: str) -> None:
    """Add a run's rows to the table, in one commit; rows that an earlier attempt of the same run left give way."""
    if not spark.catalog.tableExists(table):
        replace_table(predictions, table)
        return
    with arriving_table(spark, table) as arriving:
        replace_table(predictions, arriving)  # a merge reads its source several times, and scoring once is enough
        spark.sql(
            f"""
            MERGE INTO {table} AS old USING {arriving} AS new
            ON old.{key} = new.{key} AND old.run_id = new.run_id
            WHEN MATCHED THEN UPDATE SET *
            WHEN NOT MATCHED THEN INSERT *
            WHEN NOT MATCHED BY SOURCE AND old.run_id = {{run_id}} THEN DELETE
            """,  # the settings hold these names to a pattern # nosec B608
            run_id=run_id,  # PySpark quotes it
        )
