"""What this DAG run has made, found by the tags that its jobs leave."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowException

from churn.config import RegistryMode
from churn.gate.tags import DAG_ID, DAG_RUN_ID
from churn_airflow.registry_hook import RegistryHook


def run_tags(context: Context) -> dict[str, str]:
    """The tags that mark what a DAG run made."""
    return {DAG_ID: context["dag"].dag_id, DAG_RUN_ID: context["run_id"]}


class RegisteredVersionOperator(BaseOperator):
    """Finds the version that this DAG run trained and registered; its result is that version.

    Pushes `mlflow_run_id` besides.

    Args:
        model_name: the registered model.
        experiment_name: the experiment of training runs.
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: how the registry marks stages.

    Raises:
        AirflowException: no finished training run has this DAG run's tags, or no version came from it.
    """

    template_fields: Sequence[str] = ("model_name", "experiment_name", "databricks_conn_id")

    def __init__(
        self,
        *,
        model_name: str,
        experiment_name: str,
        databricks_conn_id: str,
        registry_mode: RegistryMode,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.model_name = model_name
        self.experiment_name = experiment_name
        self.databricks_conn_id = databricks_conn_id
        self.registry_mode = registry_mode

    def execute(self, context: Context) -> str:
        """Look the run up by its tags, and the version by its run."""
        hook = RegistryHook.of(self)
        tags = run_tags(context)
        run = hook.find_mlflow_run(self.experiment_name, tags)
        if run is None:
            raise AirflowException(
                f"The experiment '{self.experiment_name}' holds no finished training run with the tags {tags} "
                f"(connection '{self.databricks_conn_id}'): clear the training task, and this one after it"
            )
        version = hook.version_of_run(self.model_name, run.run_id)
        if version is None:
            raise AirflowException(
                f"No version of '{self.model_name}' was registered from the training run {run.run_id} "
                f"(connection '{self.databricks_conn_id}'): clear the training task, and this one after it"
            )
        context["ti"].xcom_push(key="mlflow_run_id", value=run.run_id)
        return version
