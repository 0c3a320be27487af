import pytest
from tests.plugins.support import Registry

from churn.config import ApprovalMode
from churn.stages import Stage
from churn_airflow.approval import APPROVE, REJECT, ApproveRunOperator, approval_route, facts
from churn_airflow.registry_hook import MlflowRun, RegistryHook


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


def test_the_facts_are_the_run_s_own_tags_its_reasons_and_metrics() -> None:
    tags = {"gate.verdict": "HOLD", "gate.reasons": '["Too few rows.", "It moved."]', "note": "a|b\nc"}
    run = MlflowRun("abc", {**tags, "mlflow.user": "me", "airflow.dag_id": "gate"}, {"roc_auc": 0.84341})

    assert facts(run).splitlines() == [
        "MLflow run `abc`",
        "",
        "| Tag | Value |",
        "| --- | --- |",
        "| gate.verdict | HOLD |",
        "| note | a\\|b c |",
        "",
        "* Too few rows.",
        "* It moved.",
        "",
        "| Metric | Value |",
        "| --- | --- |",
        "| roc_auc | 0.8434 |",
    ]


def test_a_run_without_tags_or_metrics_has_no_empty_tables() -> None:
    assert facts(MlflowRun("abc", {}, {})) == "MLflow run `abc`"


def test_the_question_shows_the_run_below_its_words(hook: RegistryHook, registry: Registry) -> None:
    run_id = registry.create_run({"gate.verdict": "PROMOTE"}, {"roc_auc": 0.84})
    question = ApproveRunOperator(
        task_id="approve",
        subject="Promote?",
        body="Version 2.",
        mlflow_run_id=run_id,
        approved="promote",
        rejected="archive",
        databricks_conn_id=hook.databricks_conn_id,
        registry_mode=hook.registry_mode,
    )

    body = question.question()

    assert body.startswith("Version 2.\n\nMLflow run")
    assert "| roc_auc | 0.8400 |" in body
    assert question.options_mapping == {APPROVE: "promote", REJECT: "archive"}
