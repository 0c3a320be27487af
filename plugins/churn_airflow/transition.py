"""Moving a version between stages that are not Production's, which several may hold or leave at once."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from churn.config import RegistryMode
from churn.gate.tags import DAG_RUN_ID
from churn.stages import Stage
from churn_airflow.expectation import Expectation, objection
from churn_airflow.provenance import run_tags
from churn_airflow.registry_hook import RegistryHook


class TransitionModelVersionOperator(BaseOperator):
    """Moves a version to a stage if it is still where it was seen. What touches Production is an `ActOperator`'s.

    A version that is in the stage already is a success, and the move is made once more: that completes what a task
    killed halfway has left.

    Args:
        model_name: the registered model.
        version: the version to move.
        to_stage: where to.
        from_stage: the stage that the version must still be in; None when any will do.
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: how the registry marks stages.

    Raises:
        AirflowFailException: the version has moved; no retry could change that.
    """

    template_fields: Sequence[str] = ("model_name", "version", "databricks_conn_id")

    def __init__(
        self,
        *,
        model_name: str,
        version: str,
        to_stage: Stage,
        from_stage: Stage | None = None,
        databricks_conn_id: str,
        registry_mode: RegistryMode,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.model_name = model_name
        self.version = version
        self.to_stage = to_stage
        self.from_stage = from_stage
        self.databricks_conn_id = databricks_conn_id
        self.registry_mode = registry_mode

    def execute(self, context: Context) -> str:
        """Compare, move, and say on the version who did."""
        hook = RegistryHook.of(self)
        stage = hook.stage_of(self.model_name, self.version)
        expected = Expectation(self.from_stage, production=None)
        if stage is not self.to_stage and (moved := objection(expected, stage=stage, production="")):
            raise AirflowFailException(
                f"Version {self.version} of '{self.model_name}' was not moved to {self.to_stage} "
                f"(connection '{self.databricks_conn_id}'): {moved}"
            )
        hook.move(self.model_name, self.version, self.to_stage)
        moved_by = {f"{DAG_RUN_ID}.{self.to_stage.lower()}": run_tags(context)[DAG_RUN_ID]}
        hook.tag_version(self.model_name, self.version, moved_by)
        self.log.info("Version %s of '%s' is in %s", self.version, self.model_name, self.to_stage)
        return self.version
