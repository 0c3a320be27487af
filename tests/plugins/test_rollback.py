from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from tests.plugins.support import Registry, TaskContext

from churn.gate.acts import ActKind
from churn.stages import Stage
from churn_airflow.act_operator import ActOperator
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.rollback import RollbackTargetOperator


def choose(registry: Registry, hook: RegistryHook, task: TaskContext, version: str = "") -> str:
    operator = RollbackTargetOperator(
        task_id="choose_version",
        version=version,
        model_name=registry.model,
        experiment_name=registry.experiment,
        databricks_conn_id=hook.databricks_conn_id,
        registry_mode=hook.registry_mode,
    )
    return operator.execute(task.as_context())


def act(registry: Registry, hook: RegistryHook, act: ActKind, version: str, run_id: str) -> None:
    arguments: dict[str, Any] = {"databricks_conn_id": hook.databricks_conn_id, "registry_mode": hook.registry_mode}
    ActOperator(
        task_id=act.lower(),
        act=act,
        model_name=registry.model,
        version=version,
        experiment_name=registry.experiment,
        **arguments,
    ).execute(TaskContext(run_id=run_id).as_context())


@pytest.fixture
def promoted(registry: Registry, hook: RegistryHook) -> Registry:
    """Versions 1, 2 and 4 were promoted one after the other; 3 was archived, 5 is in Staging."""
    registry.create_model()
    for number in range(5):
        registry.create_version(registry.create_run({"number": str(number)}))
    for version in ("1", "2"):
        act(registry, hook, ActKind.PROMOTED, version, f"promotes-{version}")
    hook.move(registry.model, "3", Stage.STAGING)
    act(registry, hook, ActKind.ARCHIVED, "3", "archives-3")
    act(registry, hook, ActKind.PROMOTED, "4", "promotes-4")
    hook.move(registry.model, "5", Stage.STAGING)
    return registry


def test_the_previous_version_is_the_one_that_was_replaced_and_not_the_highest_that_was_archived(
    promoted: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    assert choose(promoted, hook, task) == "2"
    assert task.ti.pushed["production_version"] == "4"
    assert hook.mlflow_run(task.ti.pushed["mlflow_run_id"]).tags["number"] == "1"


def test_after_a_rollback_the_way_back_leads_to_what_it_replaced(
    promoted: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    act(promoted, hook, ActKind.ROLLED_BACK, "2", "back")

    assert promoted.in_production() == ["2"]
    assert promoted.run_tags()[-1]["gate.act"] == "ROLLED_BACK"
    assert promoted.run_tags()[-1]["gate.replaced_version"] == "4"
    assert choose(promoted, hook, task) == "4"


def test_a_version_that_is_named_is_gone_back_to(promoted: Registry, hook: RegistryHook, task: TaskContext) -> None:
    assert choose(promoted, hook, task, " 1 ") == "1"


def test_a_version_that_cannot_be_gone_back_to_is_refused(
    promoted: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    refusals = {
        "4": "Version 4 .*: it is in Production",
        "5": "Version 5 .*: it has never been in Production .*let deploy_gate decide",
        "9": "Version 9 .*: there is no such version",
    }
    for version, message in refusals.items():
        with pytest.raises(AirflowFailException, match=message):
            choose(promoted, hook, task, version)


def test_production_that_was_moved_by_hand_has_no_previous_version(
    promoted: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    hook.move(promoted.model, "1", Stage.PRODUCTION)

    with pytest.raises(
        AirflowFailException, match=r"Production holds version 1, and the last recorded change is: versi"
    ):
        choose(promoted, hook, task)
