import pytest
from airflow.sdk.exceptions import AirflowException
from tests.plugins.support import Registry, TaskContext

from churn_airflow.provenance import RegisteredVersionOperator
from churn_airflow.registry_hook import RegistryHook


def operator(registry: Registry, hook: RegistryHook) -> RegisteredVersionOperator:
    return RegisteredVersionOperator(
        task_id="registered_version",
        model_name=registry.model,
        experiment_name=registry.experiment,
        databricks_conn_id=hook.databricks_conn_id,
        registry_mode=hook.registry_mode,
    )


def test_the_version_of_this_dag_run_is_the_result(hook: RegistryHook, registry: Registry, task: TaskContext) -> None:
    registry.create_model()
    run_id = registry.create_run(task.tags)
    version = registry.create_version(run_id)
    registry.create_version(registry.create_run({**task.tags, "airflow.dag_run_id": "another"}))

    assert operator(registry, hook).execute(task.as_context()) == version
    assert task.ti.pushed == {"mlflow_run_id": run_id}


def test_a_dag_run_without_a_training_is_named(hook: RegistryHook, registry: Registry, task: TaskContext) -> None:
    with pytest.raises(AirflowException, match=f"holds no finished training run .*{task.run_id}"):
        operator(registry, hook).execute(task.as_context())


def test_a_training_without_a_version_is_named(hook: RegistryHook, registry: Registry, task: TaskContext) -> None:
    run_id = registry.create_run(task.tags)

    with pytest.raises(AirflowException, match=f"No version of '{registry.model}' was registered .* {run_id}"):
        operator(registry, hook).execute(task.as_context())
