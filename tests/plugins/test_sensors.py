from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowSensorTimeout, TaskDeferred
from tests.plugins.support import Registry, TaskContext

from churn.config import RegistryMode
from churn.stages import Stage
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.sensors import ModelVersionSensor
from churn_airflow.triggers import ModelVersionTrigger, Reason

WAYS = pytest.mark.parametrize("deferrable", [True, False], ids=["deferrable", "poking"])


def sensor(model: str, conn_id: str, **changed: Any) -> ModelVersionSensor:
    arguments: dict[str, Any] = {
        "task_id": "wait",
        "model_name": model,
        "stage": Stage.STAGING,
        "databricks_conn_id": conn_id,
        "registry_mode": RegistryMode.STAGES,
        "poke_interval": 0.05,
    }
    return ModelVersionSensor(**{**arguments, **changed})


@WAYS
def test_a_version_that_is_there_already_is_the_result(
    deferrable: bool, conn_id: str, hook: RegistryHook, registry: Registry, task: TaskContext
) -> None:
    registry.create_model()
    version = registry.create_version()
    hook.move(registry.model, version, Stage.STAGING)
    waiting = sensor(registry.model, conn_id, registry_mode=hook.registry_mode, deferrable=deferrable)

    assert waiting.execute(task.as_context()) == version


def test_without_a_version_it_waits_in_the_triggerer(conn_id: str, registry: Registry, task: TaskContext) -> None:
    waiting = sensor(registry.model, conn_id, deferrable=True, timeout=60)

    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute(task.as_context())

    assert isinstance(deferred.value.trigger, ModelVersionTrigger)
    assert deferred.value.method_name == "execute_complete"
    assert deferred.value.trigger.model_name == registry.model


def test_a_version_that_arrived_is_the_result(task: TaskContext) -> None:
    event = {"reason": Reason.FOUND.value, "version": "2"}

    assert sensor("churn", "databricks").execute_complete(task.as_context(), event) == "2"


def test_poking_gives_up_with_a_message_that_names_what_was_waited_for(
    conn_id: str, registry: Registry, task: TaskContext
) -> None:
    with pytest.raises(AirflowSensorTimeout, match=f"No version of '{registry.model}' came to Staging .*'{conn_id}'"):
        sensor(registry.model, conn_id, deferrable=False, timeout=0.1).execute(task.as_context())


def test_the_deadline_gives_the_same_message(task: TaskContext) -> None:
    with pytest.raises(AirflowSensorTimeout, match="No version of 'churn' came to Staging within 60 s"):
        sensor("churn", "databricks", timeout=60).execute_complete(
            task.as_context(), {"reason": Reason.DEADLINE_PASSED.value}
        )


def test_a_refusal_is_named_with_model_stage_and_connection(task: TaskContext) -> None:
    event = {"reason": Reason.REFUSED.value, "message": "Status Code: 403"}

    with pytest.raises(AirflowException, match="'churn' in Staging over the connection 'databricks': Status Code: 403"):
        sensor("churn", "databricks").execute_complete(task.as_context(), event)


@WAYS
def test_a_refusal_of_the_first_look_gives_the_same_message(deferrable: bool, conn_id: str, task: TaskContext) -> None:
    with pytest.raises(AirflowException, match=f"'a:b' in Staging over the connection '{conn_id}': .*Status Code: 400"):
        sensor("a:b", conn_id, deferrable=deferrable).execute(task.as_context())
