"""What runs after what. The ways from a branch are written out, so that a chain in a list cannot go astray."""

from dataclasses import asdict
from typing import Any

import pytest
from airflow.sdk import DAG
from tests.dags.conftest import DAG_DIR, load

from churn.config import load_settings
from churn_airflow import environment
from churn_airflow.approval import ApprovalRouteOperator, ApproveRunOperator
from churn_airflow.environment import ENVIRONMENT_VARIABLE
from churn_airflow.job_run import JobRunOperator
from churn_airflow.promotion import PromotionBranchOperator

EITHER = "none_failed_min_one_success"

SHAPES = {
    "initial_train_register": {
        "demo_setup": {"ingest"},
        "ingest": {"feature_table_creation"},
        "feature_table_creation": {"model_train"},
        "model_train": {"registered_version"},
        "registered_version": {"approval"},
        "approval": {"approve", "promote", "leave_unstaged"},
        "approve": {"promote", "leave_unstaged"},
        "promote": set(),
        "leave_unstaged": set(),
    },
    "train": {
        "model_train": {"registered_version"},
        "registered_version": {"approval"},
        "approval": {"approve", "move_to_staging", "leave_unstaged"},
        "approve": {"move_to_staging", "leave_unstaged"},
        "move_to_staging": set(),
        "leave_unstaged": set(),
    },
    "deploy_gate": {
        "wait_for_candidate": {"model_deployment"},
        "model_deployment": {"decide"},
        "decide": {"promote", "ask_a_person", "archive", "leave_in_staging"},
        "ask_a_person": {"promote", "archive"},
        "promote": set(),
        "archive": set(),
        "leave_in_staging": set(),
    },
    "rollback": {
        "choose_version": {"approval"},
        "approval": {"approve", "roll_back", "leave_production"},
        "approve": {"roll_back", "leave_production"},
        "roll_back": set(),
        "leave_production": set(),
    },
    "batch_inference": {"model_inference_batch": set()},
}


@pytest.mark.parametrize(("dag_id", "shape"), SHAPES.items())
def test_the_graph(dag_id: str, shape: dict[str, set[str]], dags: dict[str, DAG]) -> None:
    assert {task.task_id: task.downstream_task_ids for task in dags[dag_id].tasks} == shape


def test_the_initial_jobs_can_be_one_run_of_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    together = load_settings("local", {"airflow.initial_run": "together"})
    monkeypatch.setattr(environment, "load_settings", lambda _: together)

    dag = load(DAG_DIR / "initial_train_register.py")

    jobs = dag.get_task("initial_jobs")
    assert isinstance(jobs, JobRunOperator)
    assert dag.roots == [jobs]
    assert jobs.downstream_task_ids == {"registered_version"}
    body: Any = jobs.json
    assert [task["task_key"] for task in body["tasks"]] == [
        "demo-setup",
        "ingest",
        "feature-table-creation",
        "model-train",
    ]
    assert [asset.name for asset in jobs.outlets] == ["main.churn_local.churn_features"]


def test_a_task_that_two_ways_lead_to_runs_when_one_was_taken(dag: DAG) -> None:
    joins = [task for task in dag.tasks if len(task.upstream_task_ids) > 1]

    assert {task.trigger_rule.value for task in joins} <= {EITHER}


def test_nothing_is_caught_up(dag: DAG) -> None:
    assert not dag.catchup


def test_training_has_a_schedule_where_the_settings_say_one(monkeypatch: pytest.MonkeyPatch) -> None:
    weekly = load_settings("local", {"airflow.train_schedule": "@weekly"})
    monkeypatch.setattr(environment, "load_settings", lambda _: weekly)

    schedule: Any = load(DAG_DIR / "train.py").schedule
    assert schedule == "@weekly"


@pytest.mark.parametrize(
    ("dag_id", "task_id", "made"),
    [
        ("initial_train_register", "feature_table_creation", "main.churn_local.churn_features"),
        ("initial_train_register", "promote", "telco_churn_local in Production"),
        ("train", "move_to_staging", "telco_churn_local in Staging"),
        ("deploy_gate", "promote", "telco_churn_local in Production"),
        ("deploy_gate", "archive", None),
        ("rollback", "roll_back", "telco_churn_local in Production"),
        ("batch_inference", "model_inference_batch", "main.churn_local.churn_predictions"),
    ],
)
def test_what_a_task_makes(dag_id: str, task_id: str, made: str | None, dags: dict[str, DAG]) -> None:
    outlets = [asset.name for asset in dags[dag_id].get_task(task_id).outlets]

    assert outlets == ([made] if made else [])


def test_all_customers_are_scored_at_a_time_and_when_production_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "prod")

    schedule: Any = load(DAG_DIR / "batch_inference.py").schedule

    assert schedule.timetable.expression == "0 6 * * *"
    assert [asset.name for asset in schedule.asset_condition.objects] == ["telco_churn_prod in Production"]


@pytest.mark.parametrize("dag_id", SHAPES)
def test_only_batch_inference_has_a_schedule_in_prod(dag_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "prod")

    dag = load(DAG_DIR / f"{dag_id}.py")

    assert (dag.schedule is not None) == (dag_id == "batch_inference")


def test_every_way_that_can_be_chosen_leads_to_a_task_behind_the_choice(dag: DAG) -> None:
    for task in dag.tasks:
        assert ways(task) <= task.downstream_task_ids, task.task_id


def ways(task: Any) -> set[str]:
    """Where a task may send the DAG run to."""
    match task:
        case PromotionBranchOperator():
            return set(asdict(task.branches).values())
        case ApprovalRouteOperator():
            return set(task.ways.values())
        case ApproveRunOperator():
            return set(task.options_mapping.values())
        case _:
            return set()
