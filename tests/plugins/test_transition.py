from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException
from tests.plugins.support import Registry, TaskContext

from churn.config import RegistryMode
from churn.stages import Stage
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.transition import Expectation, TransitionModelVersionOperator, objection


def transition(registry: Registry, hook: RegistryHook, version: str, **changed: Any) -> TransitionModelVersionOperator:
    arguments: dict[str, Any] = {
        "task_id": "move",
        "model_name": registry.model,
        "version": version,
        "to_stage": Stage.PRODUCTION,
        "databricks_conn_id": hook.databricks_conn_id,
        "registry_mode": hook.registry_mode,
    }
    return TransitionModelVersionOperator(**{**arguments, **changed})


@pytest.fixture
def candidate(registry: Registry, hook: RegistryHook) -> str:
    """Version 2 in Staging, with version 1 in Production."""
    registry.create_model()
    hook.move(registry.model, registry.create_version(), Stage.PRODUCTION)
    version = registry.create_version()
    hook.move(registry.model, version, Stage.STAGING)
    return version


@pytest.mark.parametrize(
    ("expected", "stage", "production", "words"),
    [
        (Expectation(Stage.STAGING, "1"), Stage.STAGING, "1", None),
        (Expectation(None, None), Stage.ARCHIVED, "9", None),
        (Expectation(Stage.STAGING, ""), Stage.STAGING, "", None),
        (Expectation(Stage.STAGING, "1"), Stage.ARCHIVED, "1", "it is in Archived now and was in Staging"),
        (Expectation(Stage.STAGING, "1"), Stage.STAGING, "3", "Production holds version 3 now and held version 1"),
        (Expectation(None, ""), Stage.STAGING, "3", "Production holds version 3 now and held no version"),
        (Expectation(None, "1"), Stage.STAGING, "", "Production holds no version now and held version 1"),
    ],
)
def test_what_speaks_against_a_move(expected: Expectation, stage: Stage, production: str, words: str | None) -> None:
    assert objection(expected, stage=stage, production=production) == words


def test_a_promotion_takes_the_place_of_the_version_it_was_compared_with(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    promote = transition(registry, hook, candidate, from_stage=Stage.STAGING, expected_production="1")

    assert promote.execute(task.as_context()) == candidate

    assert hook.version_in(registry.model, Stage.PRODUCTION) == candidate
    assert hook.version_in(registry.model, Stage.STAGING) is None
    assert hook.stage_of(registry.model, "1") in {Stage.ARCHIVED, Stage.NONE}


def test_the_dag_run_that_moved_it_is_written_on_the_version(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    transition(registry, hook, candidate).execute(task.as_context())

    assert {"key": "airflow.dag_run_id.production", "value": task.run_id} in registry.version(candidate)["tags"]


def test_a_repeated_promotion_is_a_success(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    promote = transition(registry, hook, candidate, from_stage=Stage.STAGING, expected_production="1")
    promote.execute(task.as_context())

    assert promote.execute(task.as_context()) == candidate
    assert hook.version_in(registry.model, Stage.PRODUCTION) == candidate


def test_a_promotion_that_was_killed_halfway_is_completed(conn_id: str, registry: Registry, task: TaskContext) -> None:
    hook = RegistryHook(conn_id, registry_mode=RegistryMode.ALIASES, caller="tests")
    registry.create_model()
    version = registry.create_version()
    for alias in ("challenger", "champion"):
        registry.post("registered-models/alias", name=registry.model, alias=alias, version=version)
    promote = transition(registry, hook, version, from_stage=Stage.STAGING, expected_production="")

    promote.execute(task.as_context())

    assert registry.version(version)["aliases"] == ["champion"]


def test_a_promotion_is_refused_when_production_has_moved(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    other = registry.create_version()
    hook.move(registry.model, other, Stage.PRODUCTION)
    promote = transition(registry, hook, candidate, from_stage=Stage.STAGING, expected_production="1")

    with pytest.raises(AirflowException, match=f"Version {candidate} .*Production holds version {other} now and held"):
        promote.execute(task.as_context())

    assert hook.version_in(registry.model, Stage.PRODUCTION) == other
    assert hook.version_in(registry.model, Stage.STAGING) == candidate


def test_a_promotion_is_refused_when_the_candidate_has_left_staging(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    hook.move(registry.model, candidate, Stage.NONE)
    promote = transition(registry, hook, candidate, from_stage=Stage.STAGING, expected_production="1")

    with pytest.raises(AirflowException, match="it is in None now and was in Staging"):
        promote.execute(task.as_context())

    assert hook.version_in(registry.model, Stage.PRODUCTION) == "1"


def test_a_candidate_is_archived(candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext) -> None:
    archive = transition(registry, hook, candidate, to_stage=Stage.ARCHIVED, from_stage=Stage.STAGING)

    archive.execute(task.as_context())

    assert hook.version_in(registry.model, Stage.STAGING) is None
    assert hook.version_in(registry.model, Stage.PRODUCTION) == "1"
