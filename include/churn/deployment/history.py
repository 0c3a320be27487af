"""The records that the deployment experiment holds: comparisons by the job, acts by the DAGs."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import mlflow
from mlflow.exceptions import MlflowException
from pydantic import ValidationError

from churn.errors import RecordError, in_one_line
from churn.gate import tags
from churn.gate.acts import Act
from churn.gate.explain import VersionHistory
from churn.gate.record import Record, Recorded

if TYPE_CHECKING:
    from mlflow.entities import Run


def earlier_decisions(experiment_id: str, salt: str) -> int:
    """How many decisions customers of this draw have served already.

    The salt says which customers a reference holds: a table that was written anew with the same one holds the same.
    """
    return sum(run.data.tags.get(tags.REFERENCE_SALT) == salt for run in _find(experiment_id, tags.COMPARISON))


def read_comparisons(experiment_id: str) -> tuple[list[Recorded], list[RecordError]]:
    """All comparisons, oldest first, and what is wrong with those that cannot be read."""
    records, failures = [], []
    for run in _find(experiment_id, tags.COMPARISON):
        try:
            records.append(_read_comparison(run))
        except RecordError as error:
            failures.append(error)
    return records, failures


def _read_comparison(run: "Run") -> Recorded:
    run_id, found = run.info.run_id, run.data.tags
    try:
        parts = {part: _artifact(run_id, part) for part in Record.model_fields}
        return Recorded(
            run_id=run_id,
            at=_ended(run),
            dag_id=found.get(tags.DAG_ID, ""),
            dag_run_id=found.get(tags.DAG_RUN_ID, ""),
            record=Record.model_validate(parts),
        )
    except (MlflowException, OSError, ValueError) as error:
        raise RecordError(f"The record in MLflow run {run_id} cannot be read: {in_one_line(error)}") from error


def history_of(experiment_id: str, model_name: str, version: str) -> VersionHistory:
    """The records about one version of a model; all parts are empty where there is none.

    Raises:
        RecordError: one of them cannot be read.
    """
    of_model = [run for run in _find(experiment_id, tags.COMPARISON) if run.data.tags[tags.MODEL_NAME] == model_name]
    acts = [_read_act(run) for run in _find(experiment_id, tags.ACT)]
    return VersionHistory(
        model_name=model_name,
        version=version,
        comparisons=tuple(
            _read_comparison(run) for run in of_model if run.data.tags[tags.CANDIDATE_VERSION] == version
        ),
        challenges=tuple(
            _read_comparison(run) for run in of_model if version in run.data.tags[tags.PRODUCTION_VERSION].split(",")
        ),
        acts=tuple(act for act in acts if act.model_name == model_name and version in act.versions),
    )


def _find(experiment_id: str, kind: str) -> list["Run"]:
    """Finished records of one kind, oldest first; a run that failed on the way is none."""
    query = f"tags.`{tags.RECORD}` = '{kind}' AND attributes.status = 'FINISHED'"
    found: list[Run] = mlflow.search_runs(
        [experiment_id], query, order_by=["attributes.start_time ASC"], output_format="list"
    )
    return found


def _read_act(run: "Run") -> Act:
    try:
        return Act.from_tags(run.info.run_id, _ended(run), run.data.tags)
    except ValidationError as error:
        raise RecordError(f"The record in MLflow run {run.info.run_id} cannot be read: {in_one_line(error)}") from error


def _artifact(run_id: str, part: str) -> object:
    return json.loads(mlflow.artifacts.load_text(f"runs:/{run_id}/{part}.json"))


def _ended(run: "Run") -> datetime:
    return datetime.fromtimestamp(run.info.end_time / 1000, UTC)
