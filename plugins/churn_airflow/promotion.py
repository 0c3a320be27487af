"""From the recorded comparison to the branch of the DAG that acts on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from airflow.providers.standard.operators.branch import BaseBranchOperator
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException

from churn.config import ApprovalMode, RegistryMode
from churn.gate.reasons import Verdict
from churn.gate.tags import CANDIDATE_VERSION, COMPARISON, PRODUCTION_VERSION, RECORD, VERDICT
from churn_airflow.provenance import run_tags
from churn_airflow.registry_hook import MlflowRun, RegistryHook


@dataclass(frozen=True)
class Branches:
    """Task ids of the ways on."""

    promote: str
    ask: str
    archive: str
    leave: str


def branch_for(verdict: Verdict, approval: ApprovalMode, branches: Branches, *, candidate: str) -> str:
    """The branch that a verdict leads to.

    A HOLD wants a person. Where nobody is asked it changes nothing: a version that the gate could not judge is neither
    promoted nor thrown away. Nor is there anything to do without a candidate, that is when it left Staging before it
    was compared.
    """
    if not candidate:
        return branches.leave
    match verdict, approval:
        case Verdict.ARCHIVE, _:
            return branches.archive
        case _, ApprovalMode.ASK:
            return branches.ask
        case Verdict.PROMOTE, _:
            return branches.promote
        case _:
            return branches.leave


class PromotionBranchOperator(BaseBranchOperator):
    """Reads the comparison that this DAG run recorded and takes the branch that its verdict leads to.

    Pushes `mlflow_run_id`, `candidate_version`, `production_version` (empty where there was none) and `verdict`, so
    that the tasks after it act on the versions that were compared.

    Args:
        experiment_name: the experiment that holds comparisons.
        approval: `ask` or `auto`.
        branches: where each verdict leads.
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: how the registry marks stages.

    Raises:
        AirflowException: there is no comparison of this DAG run, or it lacks a tag or has an unknown verdict.
    """

    template_fields: Sequence[str] = ("experiment_name", "approval", "databricks_conn_id")

    def __init__(
        self,
        *,
        experiment_name: str,
        approval: str,
        branches: Branches,
        databricks_conn_id: str,
        registry_mode: RegistryMode,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.experiment_name = experiment_name
        self.approval = approval
        self.branches = branches
        self.databricks_conn_id = databricks_conn_id
        self.registry_mode = registry_mode

    def choose_branch(self, context: Context) -> str:
        """The task id to go on with."""
        comparison = self._comparison(context)
        verdict = self._verdict(comparison)
        candidate = self._tag(comparison, CANDIDATE_VERSION)
        pushed = {
            "mlflow_run_id": comparison.run_id,
            "candidate_version": candidate,
            "production_version": self._tag(comparison, PRODUCTION_VERSION),
            "verdict": verdict.value,
        }
        for key, value in pushed.items():
            context["ti"].xcom_push(key=key, value=value)
        self.log.info("The comparison %s says %s", comparison.run_id, verdict)
        return branch_for(verdict, ApprovalMode(self.approval), self.branches, candidate=candidate)

    def _comparison(self, context: Context) -> MlflowRun:
        hook = RegistryHook.of(self)
        tags = {**run_tags(context), RECORD: COMPARISON}
        comparison = hook.find_mlflow_run(self.experiment_name, tags)
        if comparison is None:
            raise AirflowException(
                f"The experiment '{self.experiment_name}' holds no finished comparison with the tags {tags} "
                f"(connection '{self.databricks_conn_id}'): clear the task that compares, and this one after it"
            )
        return comparison

    def _verdict(self, comparison: MlflowRun) -> Verdict:
        value = self._tag(comparison, VERDICT)
        try:
            return Verdict(value)
        except ValueError as error:
            raise AirflowException(
                f"The comparison {comparison.run_id} has the verdict '{value}': expected one of {', '.join(Verdict)}"
            ) from error

    def _tag(self, comparison: MlflowRun, key: str) -> str:
        try:
            return comparison.tags[key]
        except KeyError as error:
            raise AirflowException(
                f"The comparison {comparison.run_id} in '{self.experiment_name}' has no tag '{key}': "
                "it was written by another version of the wheel; upload the wheel and compare again"
            ) from error
