"""The registry in both of its modes."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import mlflow
import pytest
from mlflow import MlflowClient

from churn.config import RegistryMode, load_settings
from churn.errors import RegistryError
from churn.features.holdout import Holdout
from churn.registry import Registry, open_registry
from churn.stages import ALIASES, Stage


@pytest.fixture(params=RegistryMode)
def registry(request: pytest.FixtureRequest, tracking: str) -> Registry:
    """A model that does not exist yet."""
    overrides = {"registry.mode": request.param, "registry.model_name": f"model_{uuid4().hex[:8]}"}
    return open_registry(load_settings("local", overrides).registry)


@pytest.fixture
def source(tmp_path: Path) -> str:
    return str(tmp_path)


def register(registry: Registry, source: str, count: int = 1, run_id: str | None = None) -> None:
    if not registry.versions():
        registry.client.create_registered_model(registry.model_name)
    for _ in range(count):
        registry.client.create_model_version(registry.model_name, source, run_id)


def move(registry: Registry, version: int, stage: Stage) -> None:
    """What the DAGs' operators do, over REST."""
    if registry.mode is RegistryMode.STAGES:
        registry.client.transition_model_version_stage(registry.model_name, str(version), stage)
    else:
        registry.client.set_registered_model_alias(registry.model_name, ALIASES[stage], str(version))


def numbers(versions: list[Any]) -> list[int]:
    return [int(version.version) for version in versions]


def test_a_model_that_does_not_exist_has_no_versions(registry: Registry) -> None:
    assert registry.versions() == []
    assert registry.in_stage(Stage.STAGING) == []
    assert registry.in_stage(Stage.PRODUCTION) == []


def test_versions_are_oldest_first_beyond_nine(registry: Registry, source: str) -> None:
    register(registry, source, count=11)

    assert numbers(registry.versions()) == list(range(1, 12))


def test_versions_are_found_by_stage(registry: Registry, source: str) -> None:
    register(registry, source, count=3)
    move(registry, 1, Stage.PRODUCTION)
    move(registry, 3, Stage.STAGING)

    assert numbers(registry.in_stage(Stage.PRODUCTION)) == [1]
    assert numbers(registry.in_stage(Stage.STAGING)) == [3]
    assert registry.production().version == registry.in_stage(Stage.PRODUCTION)[0].version
    assert registry.uri(registry.production()) == f"models:/{registry.model_name}/1"


def test_no_version_in_production_is_named_with_the_remedy(registry: Registry, source: str) -> None:
    register(registry, source)

    with pytest.raises(RegistryError, match=f"{registry.model_name} has no version in Production: promote one"):
        registry.production()


def test_two_versions_in_production_are_refused(tracking: str, source: str) -> None:
    """Stages allow it; whichever were taken, somebody would be surprised."""
    registry = Registry(MlflowClient(), f"model_{uuid4().hex[:8]}", RegistryMode.STAGES)
    register(registry, source, count=2)
    move(registry, 1, Stage.PRODUCTION)
    move(registry, 2, Stage.PRODUCTION)

    with pytest.raises(RegistryError, match="versions 1, 2 in Production: archive all but"):
        registry.production()


def test_a_champion_that_is_still_called_challenger_is_in_production_only(tracking: str, source: str) -> None:
    registry = Registry(MlflowClient(), f"model_{uuid4().hex[:8]}", RegistryMode.ALIASES)
    register(registry, source)
    move(registry, 1, Stage.STAGING)
    move(registry, 1, Stage.PRODUCTION)

    assert registry.in_stage(Stage.STAGING) == []
    assert numbers(registry.in_stage(Stage.PRODUCTION)) == [1]


def test_a_version_is_found_by_the_run_that_registered_it(registry: Registry, source: str) -> None:
    with mlflow.start_run() as first, mlflow.start_run(nested=True) as second:
        register(registry, source, run_id=first.info.run_id)
        register(registry, source, run_id=second.info.run_id)

    assert registry.version_of_run(first.info.run_id).version in {1, "1"}
    with pytest.raises(RegistryError, match="run 12345 registered no version"):
        registry.version_of_run("12345")


def test_a_version_knows_which_customers_it_was_trained_without(registry: Registry, source: str) -> None:
    with mlflow.start_run() as run:
        mlflow.log_params({"reference_share": 0.25, "reference_salt": "salt"})
        register(registry, source, run_id=run.info.run_id)
    with mlflow.start_run() as run:
        register(registry, source, run_id=run.info.run_id)
    register(registry, source)

    assert [registry.holdout_of(version) for version in registry.versions()] == [Holdout(0.25, "salt"), None, None]


def test_a_version_is_tagged(registry: Registry, source: str) -> None:
    register(registry, source)

    registry.tag(registry.versions()[0], {"airflow.dag_id": "train"})

    assert registry.versions()[0].tags["airflow.dag_id"] == "train"


def test_deleting_takes_all_versions_wherever_they_are(registry: Registry, source: str) -> None:
    register(registry, source, count=3)
    move(registry, 1, Stage.PRODUCTION)
    move(registry, 2, Stage.STAGING)

    assert registry.delete_model()
    assert registry.versions() == []
    assert not registry.delete_model()


def test_a_deleted_model_can_be_registered_again_from_version_one(registry: Registry, source: str) -> None:
    register(registry, source, count=2)
    registry.delete_model()
    register(registry, source)

    assert numbers(registry.versions()) == [1]
    assert registry.in_stage(Stage.PRODUCTION) == []
