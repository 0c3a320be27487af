"""Waiting for a version of a model in a stage."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseSensorOperator, Context, PokeReturnValue, timezone
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowException, AirflowSensorTimeout

from churn.config import RegistryMode
from churn.stages import Stage
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.triggers import ModelVersionTrigger, Reason, outcome


class ModelVersionSensor(BaseSensorOperator):
    """Waits until a version of a registered model is in a stage; its result is that version.

    Args:
        model_name: the registered model; it need not exist yet.
        stage: the stage to watch.
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: how the registry marks stages.
        deferrable: wait in the triggerer and hold no worker; by default as `[operators] default_deferrable` says.

    Raises:
        AirflowSensorTimeout: `timeout` has passed without a version.
        AirflowException: the registry cannot be reached or refuses.
    """

    template_fields: Sequence[str] = ("model_name", "databricks_conn_id")

    def __init__(
        self,
        *,
        model_name: str,
        stage: Stage,
        databricks_conn_id: str,
        registry_mode: RegistryMode,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.model_name = model_name
        self.stage = stage
        self.databricks_conn_id = databricks_conn_id
        self.registry_mode = registry_mode
        self.deferrable = deferrable

    def poke(self, context: Context) -> PokeReturnValue:
        """Look once."""
        version = self._look()
        return PokeReturnValue(is_done=version is not None, xcom_value=version)

    def execute(self, context: Context) -> Any:
        """Wait here or in the triggerer. A version that is there already ends the same way as one that arrives."""
        if not self.deferrable:
            return self._poke_until_found(context)
        version = self._look()
        if version is None:
            self.defer(trigger=self._trigger(), method_name="execute_complete")
        return self.execute_complete(context, outcome(version))

    def execute_complete(self, context: Context, event: dict[str, Any]) -> str:
        """Turn the trigger's event into the version, or into a failure that says what was waited for."""
        match Reason(event["reason"]):
            case Reason.FOUND:
                self.log.info("Version %s of '%s' is in %s", event["version"], self.model_name, self.stage)
                return str(event["version"])
            case Reason.DEADLINE_PASSED:
                raise AirflowSensorTimeout(self._timeout_message())
            case Reason.REFUSED:
                raise AirflowException(self._refused_message(event["message"]))

    def _look(self) -> str | None:
        hook = RegistryHook.of(self)
        try:
            return hook.version_in(self.model_name, self.stage)
        except AirflowException as error:
            raise AirflowException(self._refused_message(str(error))) from error

    def _poke_until_found(self, context: Context) -> Any:
        try:
            return super().execute(context)
        except AirflowSensorTimeout as error:
            raise AirflowSensorTimeout(self._timeout_message()) from error

    def _trigger(self) -> ModelVersionTrigger:
        return ModelVersionTrigger(
            model_name=self.model_name,
            stage=self.stage,
            databricks_conn_id=self.databricks_conn_id,
            registry_mode=self.registry_mode,
            poke_interval=self.poke_interval,
            deadline=timezone.utcnow() + timedelta(seconds=self.timeout),
        )

    def _refused_message(self, answer: str) -> str:
        return (
            f"Could not ask the registry for '{self.model_name}' in {self.stage} over the connection "
            f"'{self.databricks_conn_id}': {answer}"
        )

    def _timeout_message(self) -> str:
        return (
            f"No version of '{self.model_name}' came to {self.stage} within {self.timeout:.0f} s (connection "
            f"'{self.databricks_conn_id}'): move one there, with the DAG `train` or by hand, and clear this task"
        )
