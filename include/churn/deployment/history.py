"""The records that the deployment experiment holds: comparisons by the job, acts by the DAGs."""

from typing import TYPE_CHECKING

import mlflow

from churn.gate import tags

if TYPE_CHECKING:
    from mlflow.entities import Run


def earlier_decisions(experiment_id: str, salt: str) -> int:
    """How many decisions customers of this draw have served already.

    The salt says which customers a reference holds: a table that was written anew with the same one holds the same.
    """
    return sum(run.data.tags.get(tags.REFERENCE_SALT) == salt for run in find_records(experiment_id, tags.COMPARISON))


def find_records(experiment_id: str, kind: str) -> list["Run"]:
    """Finished records of one kind, oldest first; a run that failed on the way is none."""
    query = f"tags.`{tags.RECORD}` = '{kind}' AND attributes.status = 'FINISHED'"
    found: list[Run] = mlflow.search_runs(
        [experiment_id], query, order_by=["attributes.start_time ASC"], output_format="list"
    )
    return found
