"""Moving a version between stages, compare-and-set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowException

from churn.config import RegistryMode
from churn.stages import Stage
from churn_airflow.provenance import DAG_RUN_ID, run_tags
from churn_airflow.registry_hook import RegistryHook

NO_VERSION = ""


@dataclass(frozen=True)
class Expectation:
    """What must still hold for a move.

    Attributes:
        from_stage: the stage that the version was seen in; None when any will do.
        production: the version that was seen in Production, empty when there was none; None when any will do.
    """

    from_stage: Stage | None
    production: str | None


def objection(expected: Expectation, *, stage: Stage, production: str) -> str | None:
    """What has moved since the decision, in words; None when nothing has.

    Args:
        expected: what the decision was made on.
        stage: the stage that the version is in now.
        production: the version that is in Production now, empty when there is none.
    """
    if expected.from_stage is not None and stage is not expected.from_stage:
        return f"it is in {stage} now and was in {expected.from_stage}"
    if expected.production is not None and production != expected.production:
        return f"Production holds {_named(production)} now and held {_named(expected.production)}"
    return None


def _named(version: str) -> str:
    return f"version {version}" if version else "no version"


class TransitionModelVersionOperator(BaseOperator):
    """Moves a version to a stage if nothing has moved since that was decided; archives the old Production version.

    A version that is in the stage already is a success, and the move is made once more: that completes what a task
    killed halfway has left.

    Args:
        model_name: the registered model.
        version: the version to move.
        to_stage: where to.
        from_stage: the stage that the version must still be in; None when any will do.
        expected_production: the version that Production must still hold, empty when none; None when any will do.
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: how the registry marks stages.

    Raises:
        AirflowException: the version or Production has moved; both are named.
    """

    template_fields: Sequence[str] = ("model_name", "version", "expected_production", "databricks_conn_id")

    def __init__(
        self,
        *,
        model_name: str,
        version: str,
        to_stage: Stage,
        from_stage: Stage | None = None,
        expected_production: str | None = None,
        databricks_conn_id: str,
        registry_mode: RegistryMode,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.model_name = model_name
        self.version = version
        self.to_stage = to_stage
        self.from_stage = from_stage
        self.expected_production = expected_production
        self.databricks_conn_id = databricks_conn_id
        self.registry_mode = registry_mode

    def execute(self, context: Context) -> str:
        """Compare, move, and look whether the move held."""
        hook = RegistryHook(self.databricks_conn_id, registry_mode=self.registry_mode, caller=type(self).__name__)
        stage = hook.stage_of(self.model_name, self.version)
        if stage is not self.to_stage:
            self._compare(hook, stage)
        hook.move(self.model_name, self.version, self.to_stage)
        self._confirm(hook)
        moved_by = {f"{DAG_RUN_ID}.{self.to_stage.lower()}": run_tags(context)[DAG_RUN_ID]}
        hook.tag_version(self.model_name, self.version, moved_by)
        self.log.info("Version %s of '%s' is in %s", self.version, self.model_name, self.to_stage)
        return self.version

    def _compare(self, hook: RegistryHook, stage: Stage) -> None:
        production = hook.version_in(self.model_name, Stage.PRODUCTION) or NO_VERSION
        expected = Expectation(self.from_stage, self.expected_production)
        if reason := objection(expected, stage=stage, production=production):
            raise AirflowException(f"{self._refusal()}: {reason}. Compare again before moving it")

    def _confirm(self, hook: RegistryHook) -> None:
        """The registry has no compare-and-set of its own: one that moved at the same moment shows only afterwards."""
        if self.to_stage is not Stage.PRODUCTION:
            return
        production = hook.version_in(self.model_name, Stage.PRODUCTION) or NO_VERSION
        if production != self.version:
            raise AirflowException(f"{self._refusal()}: {_named(production)} was moved there at the same time")

    def _refusal(self) -> str:
        return (
            f"Version {self.version} of '{self.model_name}' was not moved to {self.to_stage} "
            f"(connection '{self.databricks_conn_id}')"
        )
