"""Experiments by name, and tags that lead from a DAG run to what it made."""

from uuid import uuid4

import mlflow
import pytest
from mlflow import MlflowClient

from churn.config import RunSettings
from churn.errors import RegistryError
from churn.tracking import delete_experiment, open_experiment, run_tags


@pytest.fixture
def client(tracking: str) -> MlflowClient:
    return MlflowClient()


@pytest.fixture
def name() -> str:
    return f"/Shared/{uuid4().hex[:8]}/training"


def test_a_dag_run_becomes_tags() -> None:
    tags = run_tags(RunSettings(dag_id="train", dag_run_id="manual__1"))

    assert tags == {"airflow.dag_id": "train", "airflow.dag_run_id": "manual__1"}


def test_a_run_by_hand_has_no_tags() -> None:
    assert run_tags(RunSettings(dag_id=None, dag_run_id=None)) == {}


def test_an_experiment_is_created_once(client: MlflowClient, name: str) -> None:
    assert open_experiment(client, name) == open_experiment(client, name)


def test_an_experiment_that_does_not_exist_is_not_deleted(client: MlflowClient, name: str) -> None:
    assert not delete_experiment(client, name)


def test_a_deleted_experiment_frees_its_name_and_keeps_its_runs_apart(client: MlflowClient, name: str) -> None:
    """Deleted experiments keep their names until they are purged; the next lifecycle needs the name."""
    first = open_experiment(client, name)
    with mlflow.start_run(experiment_id=first):
        pass

    assert delete_experiment(client, name)
    second = open_experiment(client, name)

    assert second != first
    assert client.search_runs([second]) == []
    assert client.get_experiment(first).lifecycle_stage == "deleted"


def test_deleting_goes_on_for_ever(client: MlflowClient, name: str) -> None:
    for _ in range(3):
        open_experiment(client, name)
        assert delete_experiment(client, name)


def test_an_experiment_in_the_bin_is_named_and_demo_setup_helps(client: MlflowClient, name: str) -> None:
    first = open_experiment(client, name)
    client.delete_experiment(first)

    with pytest.raises(
        RegistryError, match=f"{name} was deleted by hand .*: restore experiment {first} or run demo-setup"
    ):
        open_experiment(client, name)
    assert delete_experiment(client, name)
    assert open_experiment(client, name) != first
