from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException
from tests.plugins.support import Registry, TaskContext

from churn.config import ApprovalMode, RegistryMode
from churn.gate.reasons import Verdict
from churn_airflow.promotion import Branches, PromotionBranchOperator, branch_for

BRANCHES = Branches(promote="promote", ask="ask", archive="archive", leave="leave")
VERDICT = {
    "gate.record": "comparison",
    "gate.verdict": "PROMOTE",
    "gate.candidate_version": "2",
    "gate.production_version": "1",
}


def operator(experiment: str, conn_id: str) -> PromotionBranchOperator:
    return PromotionBranchOperator(
        task_id="decide",
        experiment_name=experiment,
        approval="auto",
        branches=BRANCHES,
        databricks_conn_id=conn_id,
        registry_mode=RegistryMode.STAGES,
    )


@pytest.mark.parametrize(
    ("verdict", "approval", "branch"),
    [
        (Verdict.PROMOTE, ApprovalMode.AUTO, "promote"),
        (Verdict.PROMOTE, ApprovalMode.ASK, "ask"),
        (Verdict.HOLD, ApprovalMode.AUTO, "leave"),
        (Verdict.HOLD, ApprovalMode.ASK, "ask"),
        (Verdict.ARCHIVE, ApprovalMode.AUTO, "archive"),
        (Verdict.ARCHIVE, ApprovalMode.ASK, "archive"),
    ],
)
def test_where_each_verdict_leads(verdict: Verdict, approval: ApprovalMode, branch: str) -> None:
    assert branch_for(verdict, approval, BRANCHES, candidate="2") == branch


@pytest.mark.parametrize("approval", ApprovalMode)
def test_without_a_candidate_there_is_nothing_to_decide(approval: ApprovalMode) -> None:
    assert branch_for(Verdict.HOLD, approval, BRANCHES, candidate="") == "leave"


def test_the_comparison_of_this_dag_run_decides(conn_id: str, registry: Registry, task: TaskContext) -> None:
    run_id = registry.create_run({**task.tags, **VERDICT})
    registry.create_run({**task.tags, "airflow.dag_run_id": "another", **VERDICT, "gate.verdict": "ARCHIVE"})

    branch = operator(registry.experiment, conn_id).choose_branch(task.as_context())

    assert branch == "promote"
    assert task.ti.pushed == {
        "mlflow_run_id": run_id,
        "candidate_version": "2",
        "production_version": "1",
        "verdict": "PROMOTE",
    }


def test_what_was_done_after_a_comparison_is_not_taken_for_one(
    conn_id: str, registry: Registry, task: TaskContext
) -> None:
    compared = registry.create_run({**task.tags, **VERDICT})
    registry.create_run({**task.tags, "gate.record": "act", "gate.act": "REFUSED"})

    operator(registry.experiment, conn_id).choose_branch(task.as_context())

    assert task.ti.pushed["mlflow_run_id"] == compared


def test_a_comparison_that_was_made_again_replaces_the_first(
    conn_id: str, registry: Registry, task: TaskContext
) -> None:
    registry.create_run({**task.tags, **VERDICT, "gate.verdict": "HOLD"})
    registry.create_run({**task.tags, **VERDICT})

    assert operator(registry.experiment, conn_id).choose_branch(task.as_context()) == "promote"


def test_a_missing_comparison_is_named(conn_id: str, registry: Registry, task: TaskContext) -> None:
    with pytest.raises(AirflowException, match=f"'{registry.experiment}' holds no finished comparison .*{task.run_id}"):
        operator(registry.experiment, conn_id).choose_branch(task.as_context())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"gate.verdict": "MAYBE"}, "has the verdict 'MAYBE': expected one of PROMOTE, ARCHIVE, HOLD"),
        ({"gate.candidate_version": None}, "has no tag 'gate.candidate_version'"),
    ],
)
def test_a_comparison_that_cannot_be_read_is_named(
    changed: dict[str, Any], message: str, conn_id: str, registry: Registry, task: TaskContext
) -> None:
    tags = {key: value for key, value in {**task.tags, **VERDICT, **changed}.items() if value is not None}
    registry.create_run(tags)

    with pytest.raises(AirflowException, match=message):
        operator(registry.experiment, conn_id).choose_branch(task.as_context())

    assert task.ti.pushed == {}
