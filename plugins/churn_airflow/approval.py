"""Whether a person is asked, and what that person is shown."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from airflow.providers.standard.operators.branch import BaseBranchOperator
from airflow.providers.standard.operators.hitl import HITLBranchOperator
from airflow.sdk import Context

from churn.config import ApprovalMode, RegistryMode
from churn.gate.tags import REASONS, VERDICT
from churn.stages import Stage
from churn_airflow.links import Links
from churn_airflow.registry_hook import MlflowRun, RegistryHook

RESPONDED_BY = "responded_by"  # the XCom key under which the person's name is pushed
APPROVE = "Approve"
REJECT = "Reject"

INTERNAL = ("mlflow.", "airflow.")


def approval_route(approval: ApprovalMode, target: Stage, *, ask: str, move: str, leave: str) -> str:
    """The task to go on with: leave the version where it is, ask a person, or move it straight away."""
    if target is Stage.NONE:
        return leave
    return ask if approval is ApprovalMode.ASK else move


class ApprovalRouteOperator(BaseBranchOperator):
    """Asks a person where the DAG run's parameters say so, and goes straight on otherwise.

    Args:
        approval: `ask` or `auto`.
        target: the stage that the version shall move to; `None` leaves it.
        ask: the task that asks.
        move: the task that moves the version.
        leave: the task that leaves it.
    """

    template_fields: Sequence[str] = ("approval", "target")

    def __init__(self, *, approval: str, target: str, ask: str, move: str, leave: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.approval = approval
        self.target = target
        self.ways = {"ask": ask, "move": move, "leave": leave}

    def choose_branch(self, context: Context) -> str:
        """The task id to go on with."""
        return approval_route(ApprovalMode(self.approval), Stage(self.target), **self.ways)


class ApproveRunOperator(HITLBranchOperator):
    """Asks a person to approve or reject, and shows the tags and metrics of an MLflow run.

    The numbers are read when the question is put: XCom carries the run's id only. The name of whoever answered is
    pushed as `responded_by`.

    Args:
        mlflow_run_id: the run to show.
        approved: the task to go on with on Approve.
        rejected: the task to go on with on Reject.
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: how the registry marks stages.
    """

    template_fields: Sequence[str] = (*HITLBranchOperator.template_fields, "mlflow_run_id", "databricks_conn_id")

    def __init__(
        self,
        *,
        mlflow_run_id: str,
        approved: str,
        rejected: str,
        databricks_conn_id: str,
        registry_mode: RegistryMode,
        **kwargs: Any,
    ) -> None:
        super().__init__(options=[APPROVE, REJECT], options_mapping={APPROVE: approved, REJECT: rejected}, **kwargs)
        self.mlflow_run_id = mlflow_run_id
        self.databricks_conn_id = databricks_conn_id
        self.registry_mode = registry_mode

    def execute(self, context: Context) -> Any:
        """Put the question and wait for the answer."""
        self.body = self.question()
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Note who answered, and take the branch."""
        if person := event.get("responded_by_user"):
            context["ti"].xcom_push(key=RESPONDED_BY, value=person["name"])
        return super().execute_complete(context, event)

    def question(self) -> str:
        """The body's words, and below them what the run shows."""
        hook = RegistryHook.of(self)
        return f"{self.body or ''}\n\n{facts(hook.mlflow_run(self.mlflow_run_id), Links(hook.workspace()))}".strip()


def facts(run: MlflowRun, links: Links) -> str:
    """A run in Markdown: links, the gate's verdict and reasons, then tags and metrics as tables.

    Tags that MLflow and Airflow keep for themselves are left out.
    """
    tags = {key: value for key, value in run.tags.items() if not key.startswith(INTERNAL)}
    verdict = tags.pop(VERDICT, None)
    reasons = json.loads(tags.pop(REASONS, "[]"))
    metrics = {key: f"{value:.4f}" for key, value in run.metrics.items()}
    parts = [
        f"[MLflow run {run.run_id}]({links.run(run.experiment_id, run.run_id)})",
        f"Verdict: **{verdict}**, [report]({links.report(run.experiment_id, run.run_id)})" if verdict else "",
        "\n".join(f"* {reason}" for reason in reasons),
        _table("Metric", metrics),
        _table("Tag", tags),
    ]
    return "\n\n".join(part for part in parts if part)


def _table(heading: str, rows: Mapping[str, str]) -> str:
    if not rows:
        return ""
    lines = [f"| {heading} | Value |", "| --- | --- |"]
    lines += [f"| {key} | {_cell(value)} |" for key, value in sorted(rows.items())]
    return "\n".join(lines)


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")
