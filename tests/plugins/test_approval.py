"""Whether a person is asked, and what that person is shown."""

from typing import Any

import pytest
from tests.plugins.support import Registry, TaskContext

from churn.config import ApprovalMode, RegistryMode
from churn.stages import Stage
from churn_airflow.approval import APPROVE, REJECT, ApproveRunOperator, approval_route, facts
from churn_airflow.endpoints import LIST_JOB_RUNS, Endpoint
from churn_airflow.links import Links
from churn_airflow.registry_hook import MlflowRun, RegistryHook

LINKS = Links("https://workspace")


@pytest.mark.parametrize(
    ("approval", "target", "way"),
    [
        (ApprovalMode.ASK, Stage.STAGING, "ask"),
        (ApprovalMode.AUTO, Stage.STAGING, "move"),
        (ApprovalMode.ASK, Stage.NONE, "leave"),
        (ApprovalMode.AUTO, Stage.NONE, "leave"),
    ],
)
def test_who_moves_a_version(approval: ApprovalMode, target: Stage, way: str) -> None:
    assert approval_route(approval, target, ask="ask", move="move", leave="leave") == way


def test_the_facts_are_links_verdict_reasons_metrics_and_the_run_s_own_tags() -> None:
    tags = {"gate.verdict": "HOLD", "gate.reasons": '["Too few rows.", "It moved."]', "note": "a|b\nc"}
    run = MlflowRun("abc", "7", {**tags, "mlflow.user": "me", "airflow.dag_id": "gate"}, {"roc_auc": 0.84341})

    assert facts(run, LINKS).splitlines() == [
        "[MLflow run abc](https://workspace/ml/experiments/7/runs/abc)",
        "",
        "Verdict: **HOLD**, [report](https://workspace/ml/experiments/7/runs/abc/artifacts/report.html)",
        "",
        "* Too few rows.",
        "* It moved.",
        "",
        "| Metric | Value |",
        "| --- | --- |",
        "| roc_auc | 0.8434 |",
        "",
        "| Tag | Value |",
        "| --- | --- |",
        "| note | a\\|b c |",
    ]


def test_a_run_without_verdict_tags_or_metrics_is_only_linked_to() -> None:
    assert facts(MlflowRun("abc", "7", {}, {}), LINKS) == (
        "[MLflow run abc](https://workspace/ml/experiments/7/runs/abc)"
    )


def test_the_name_of_whoever_answered_is_kept(task: TaskContext) -> None:
    approve = ApproveRunOperator(
        task_id="approve",
        subject="Promote?",
        mlflow_run_id="abc",
        approved="promote",
        rejected="archive",
        databricks_conn_id="databricks",
        registry_mode=RegistryMode.STAGES,
    )
    answer = {"chosen_options": ["Maybe"], "params_input": {}, "responded_by_user": {"id": "7", "name": "ada"}}

    with pytest.raises(ValueError, match="Maybe"):  # the branch itself is Airflow's, and needs a DAG run
        approve.execute_complete(task.as_context(), answer)

    assert task.ti.pushed == {"responded_by": "ada"}


def test_links_lead_to_where_people_reach_the_workspace(
    hook: RegistryHook, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In containers the connection uses another address than people do."""
    runs = {"runs": [{"run_id": 1, "run_page_url": "http://127.0.0.1:8765/runs/1"}]}
    ask = RegistryHook._do_api_call

    def answer(self: RegistryHook, endpoint: Endpoint, *args: Any) -> Any:
        return runs if endpoint.path.startswith(LIST_JOB_RUNS.path) else ask(self, endpoint, *args)

    monkeypatch.setattr(RegistryHook, "_do_api_call", answer)
    run_id = registry.create_run({})

    body = question_about(run_id, hook).question()

    assert f"[MLflow run {run_id}](http://127.0.0.1:8765/#/experiments/" in body


def question_about(run_id: str, hook: RegistryHook) -> ApproveRunOperator:
    return ApproveRunOperator(
        task_id="approve",
        subject="Promote?",
        body="Version 2.",
        mlflow_run_id=run_id,
        approved="promote",
        rejected="archive",
        databricks_conn_id=hook.databricks_conn_id,
        registry_mode=hook.registry_mode,
    )


def test_the_question_shows_the_run_below_its_words(hook: RegistryHook, registry: Registry) -> None:
    run_id = registry.create_run({"gate.verdict": "PROMOTE"}, {"roc_auc": 0.84})
    question = question_about(run_id, hook)

    body = question.question()

    assert body.startswith(f"Version 2.\n\n[MLflow run {run_id}](http://127.0.0.1:")
    assert "Verdict: **PROMOTE**, [report](" in body
    assert "| roc_auc | 0.8400 |" in body
    assert question.options_mapping == {APPROVE: "promote", REJECT: "archive"}
