import pytest
from airflow.sdk.exceptions import AirflowFailException
from tests.plugins.support import Registry, TaskContext

from churn.stages import Stage
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.transition import TransitionModelVersionOperator


def transition(registry: Registry, hook: RegistryHook, version: str) -> TransitionModelVersionOperator:
    return TransitionModelVersionOperator(
        task_id="move_to_staging",
        model_name=registry.model,
        version=version,
        to_stage=Stage.STAGING,
        from_stage=Stage.NONE,
        databricks_conn_id=hook.databricks_conn_id,
        registry_mode=hook.registry_mode,
    )


@pytest.fixture
def version(registry: Registry) -> str:
    registry.create_model()
    return registry.create_version()


def test_a_version_is_moved_and_tells_by_which_dag_run(
    version: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    move = transition(registry, hook, version)

    assert move.execute(task.as_context()) == version
    assert move.execute(task.as_context()) == version  # a retry

    assert hook.version_in(registry.model, Stage.STAGING) == version
    assert {"key": "airflow.dag_run_id.staging", "value": task.run_id} in registry.version(version)["tags"]


def test_a_version_that_was_moved_meanwhile_is_left_there(
    version: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    hook.move(registry.model, version, Stage.PRODUCTION)

    with pytest.raises(AirflowFailException, match=r"not moved to Staging .*: it is in Production now and was in None"):
        transition(registry, hook, version).execute(task.as_context())

    assert hook.version_in(registry.model, Stage.PRODUCTION) == version
