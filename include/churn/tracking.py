"""MLflow experiments and runs: opened by name, tagged with the run that orchestrates them."""

from typing import TYPE_CHECKING

import mlflow
from mlflow.entities import Metric, Param, RunTag
from mlflow.utils.time import get_current_time_millis

from churn.errors import RegistryError
from churn.gate.tags import DAG_ID, DAG_RUN_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow import MlflowClient

    from churn.config.settings import RunSettings

DELETED = "deleted"


def run_tags(run: "RunSettings") -> dict[str, str]:
    """Tags by which a DAG finds what its job made; none when no DAG started it."""
    tags = {DAG_ID: run.dag_id, DAG_RUN_ID: run.dag_run_id}
    return {key: value for key, value in tags.items() if value is not None}


def log_numbers(
    client: "MlflowClient",
    run_id: str,
    *,
    parameters: "Mapping[str, object]",
    metrics: "Mapping[str, float]",
    tags: "Mapping[str, str] | None" = None,
) -> None:
    """Log everything that is no file, in one request."""
    now = get_current_time_millis()
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, now, 0) for name, value in metrics.items()],
        params=[Param(name, str(value)) for name, value in parameters.items()],
        tags=[RunTag(name, value) for name, value in (tags or {}).items()],
    )


def open_experiment(client: "MlflowClient", name: str) -> str:
    """The id of an experiment, created if there is none of this name.

    Raises:
        RegistryError: an experiment of this name lies in the bin, where it keeps its name.
    """
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        _make_folder(name)
        return str(client.create_experiment(name))
    if experiment.lifecycle_stage == DELETED:
        raise RegistryError(
            f"The experiment {name} was deleted by hand and keeps its name in the bin: restore experiment "
            f"{experiment.experiment_id} or run demo-setup, which renames it"
        )
    return str(experiment.experiment_id)


def delete_experiment(client: "MlflowClient", name: str) -> bool:
    """Delete an experiment so that its name is free again; whether there was one.

    A deleted experiment keeps its name until it is purged: it is renamed first.
    """
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return False
    if experiment.lifecycle_stage == DELETED:
        client.restore_experiment(experiment.experiment_id)
    client.rename_experiment(experiment.experiment_id, f"{name}-deleted-{experiment.experiment_id}")
    client.delete_experiment(experiment.experiment_id)
    return True


def _make_folder(experiment: str) -> None:
    """On Databricks an experiment lies in a workspace folder, which has to be there."""
    folder = experiment.rpartition("/")[0]
    if not folder or not mlflow.get_tracking_uri().startswith("databricks"):
        return
    from databricks.sdk import WorkspaceClient  # only where the tracking server is a workspace

    WorkspaceClient().workspace.mkdirs(folder)
