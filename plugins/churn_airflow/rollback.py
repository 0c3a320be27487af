"""Which version goes back to Production."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from churn.config import RegistryMode
from churn.gate.tags import PRODUCTION_SINCE
from churn.stages import Stage
from churn_airflow.expectation import NO_VERSION, named
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.succession import Claim, Succession


class RollbackTargetOperator(BaseOperator):
    """Finds the version to go back to; its result is that version.

    Without a name it is the one that the last change of Production replaced, as the claims say: not just the highest
    that was archived. A version that is named must have been in Production before: any other has to pass the gate.

    Pushes `production_version`, which the rollback is to replace, and `mlflow_run_id`, the training run of the version.

    Args:
        version: the version to go back to, empty for the previous one.
        model_name: the registered model.
        experiment_name: the deployment experiment, beside which the claims lie.
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: how the registry marks stages.

    Raises:
        AirflowFailException: there is no such version, or it cannot be gone back to.
    """

    template_fields: Sequence[str] = ("version", "model_name", "experiment_name", "databricks_conn_id")

    def __init__(
        self,
        *,
        version: str,
        model_name: str,
        experiment_name: str,
        databricks_conn_id: str,
        registry_mode: RegistryMode,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.version = version
        self.model_name = model_name
        self.experiment_name = experiment_name
        self.databricks_conn_id = databricks_conn_id
        self.registry_mode = registry_mode

    def execute(self, context: Context) -> str:
        """Find the version and look whether it may go to Production."""
        hook = RegistryHook.of(self)
        production = hook.version_in(self.model_name, Stage.PRODUCTION) or NO_VERSION
        version = self.version.strip() or self._previous(hook, production)
        run_id = self._check(hook, version, production)
        context["ti"].xcom_push(key="production_version", value=production)
        context["ti"].xcom_push(key="mlflow_run_id", value=run_id)
        return version

    def _previous(self, hook: RegistryHook, production: str) -> str:
        last = Succession(hook, self.experiment_name, self.model_name).last_of_production()
        if last is None or last.change.version != production or not last.change.replaced:
            raise AirflowFailException(
                f"There is no version of '{self.model_name}' to go back to: Production holds {named(production)}, and "
                f"{_told(last)}. Name the version to go back to in the trigger form"
            )
        return last.change.replaced

    def _check(self, hook: RegistryHook, version: str, production: str) -> str:
        """The training run of a version that may go to Production."""
        refusal = f"Version {version} of '{self.model_name}' cannot be gone back to"
        found = hook.model_version(self.model_name, version)
        if found is None:
            raise AirflowFailException(f"{refusal}: there is no such version")
        if version == production:
            raise AirflowFailException(f"{refusal}: it is in Production")
        if self.version and PRODUCTION_SINCE not in found.tags:
            raise AirflowFailException(
                f"{refusal}: it has never been in Production (it has no tag '{PRODUCTION_SINCE}'). Move it to Staging, "
                "and let deploy_gate decide"
            )
        return found.run_id


def _told(last: Claim | None) -> str:
    return f"the last recorded change is: {last}" if last else "no change of it is recorded"
