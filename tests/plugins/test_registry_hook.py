import pytest
from airflow.providers.databricks.exceptions import DatabricksApiError
from airflow.sdk.exceptions import AirflowException
from tests.plugins.support import Registry

from churn.config import RegistryMode
from churn.stages import Stage
from churn_airflow.registry_hook import RegistryHook


async def look(hook: RegistryHook, model: str, stage: Stage) -> str | None:
    async with hook:
        return await hook.a_version_in(model, stage)


async def test_a_model_that_does_not_exist_has_no_version(hook: RegistryHook, registry: Registry) -> None:
    assert hook.version_in(registry.model, Stage.STAGING) is None
    assert await look(hook, registry.model, Stage.STAGING) is None


async def test_a_version_is_found_in_the_stage_it_was_moved_to(hook: RegistryHook, registry: Registry) -> None:
    registry.create_model()
    version = registry.create_version()

    hook.move(registry.model, version, Stage.STAGING)

    assert hook.version_in(registry.model, Stage.STAGING) == version
    assert await look(hook, registry.model, Stage.STAGING) == version
    assert hook.stage_of(registry.model, version) is Stage.STAGING
    assert hook.version_in(registry.model, Stage.PRODUCTION) is None


def test_promotion_leaves_one_version_in_production(hook: RegistryHook, registry: Registry) -> None:
    registry.create_model()
    old, new = registry.create_version(), registry.create_version()
    hook.move(registry.model, old, Stage.PRODUCTION)
    hook.move(registry.model, new, Stage.STAGING)

    hook.move(registry.model, new, Stage.PRODUCTION)

    assert hook.version_in(registry.model, Stage.PRODUCTION) == new
    assert hook.version_in(registry.model, Stage.STAGING) is None
    assert hook.stage_of(registry.model, old) in {Stage.ARCHIVED, Stage.NONE}


def test_a_move_can_be_repeated(hook: RegistryHook, registry: Registry) -> None:
    registry.create_model()
    version = registry.create_version()

    for stage in (Stage.STAGING, Stage.STAGING, Stage.ARCHIVED, Stage.ARCHIVED):
        hook.move(registry.model, version, stage)

    assert hook.version_in(registry.model, Stage.STAGING) is None


def test_with_aliases_only_the_lifecycle_s_own_are_taken_away(conn_id: str, registry: Registry) -> None:
    hook = RegistryHook(conn_id, registry_mode=RegistryMode.ALIASES, caller="tests")
    registry.create_model()
    version = registry.create_version()
    registry.post("registered-models/alias", name=registry.model, alias="baseline", version=version)

    hook.move(registry.model, version, Stage.STAGING)
    hook.move(registry.model, version, Stage.PRODUCTION)

    assert sorted(registry.version(version)["aliases"]) == ["baseline", "champion"]


def test_the_stage_of_a_missing_version_is_an_error(hook: RegistryHook, registry: Registry) -> None:
    registry.create_model()

    with pytest.raises(DatabricksApiError, match="RESOURCE_DOES_NOT_EXIST"):
        hook.stage_of(registry.model, "7")


def test_tags_are_set_on_the_version(hook: RegistryHook, registry: Registry) -> None:
    registry.create_model()
    version = registry.create_version()

    hook.tag_version(registry.model, version, {"a": "1", "b": "2"})

    tags = {tag["key"]: tag["value"] for tag in registry.version(version)["tags"]}
    assert tags == {"a": "1", "b": "2"}


def test_a_version_is_found_by_the_run_it_came_from(hook: RegistryHook, registry: Registry) -> None:
    registry.create_model()
    first, second = registry.create_run({}), registry.create_run({})
    registry.create_version(first)
    expected = registry.create_version(second)

    assert hook.version_of_run(registry.model, second) == expected
    assert hook.version_of_run(registry.model, "another-run") is None


def test_the_newest_version_of_a_run_counts(hook: RegistryHook, registry: Registry) -> None:
    registry.create_model()
    run = registry.create_run({})
    versions = [registry.create_version(run) for _ in range(11)]

    assert hook.version_of_run(registry.model, run) == versions[-1] == "11"


def test_a_run_is_found_by_all_of_its_tags(hook: RegistryHook, registry: Registry) -> None:
    wanted = registry.create_run({"dag": "train", "who": "me"}, {"roc_auc": 0.84})
    registry.create_run({"dag": "train", "who": "you"})
    registry.create_run({"dag": "gate", "who": "me"})

    run = hook.find_mlflow_run(registry.experiment, {"dag": "train", "who": "me"})

    assert run is not None
    assert (run.run_id, run.tags["who"], run.metrics) == (wanted, "me", {"roc_auc": 0.84})
    assert hook.mlflow_run(wanted) == run


def test_a_run_that_did_not_finish_is_not_found(hook: RegistryHook, registry: Registry) -> None:
    registry.create_run({"who": "me"}, status="FAILED")

    assert hook.find_mlflow_run(registry.experiment, {"who": "me"}) is None


def test_there_is_no_run_in_an_experiment_that_does_not_exist(hook: RegistryHook) -> None:
    assert hook.find_mlflow_run("/Shared/nowhere", {"who": "me"}) is None


def test_a_route_that_does_not_exist_is_an_error_and_not_an_empty_registry(conn_id: str) -> None:
    hook = RegistryHook(conn_id, registry_mode=RegistryMode.ALIASES, caller="tests")

    with pytest.raises(DatabricksApiError, match="404"):
        hook.version_in("a.unity_catalog.model", Stage.STAGING)


def test_a_registry_that_cannot_be_reached_is_an_error(dead_conn_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = RegistryHook(dead_conn_id, registry_mode=RegistryMode.STAGES, caller="tests")
    monkeypatch.setitem(hook.retry_args, "wait", lambda _state: 0)

    with pytest.raises(AirflowException, match="failed 3 times"):
        hook.version_in("churn", Stage.STAGING)
