import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.serialization.serialized_objects import BaseSerialization
from airflow.triggers.base import TriggerEvent
from tests.plugins.support import Registry

from churn.config import RegistryMode
from churn.stages import Stage
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.triggers import ModelVersionTrigger, Reason

SOON = timedelta(seconds=0.3)
LATER = timedelta(minutes=5)


def trigger(model: str, conn_id: str, within: timedelta = LATER, **changed: Any) -> ModelVersionTrigger:
    arguments: dict[str, Any] = {
        "model_name": model,
        "stage": Stage.STAGING,
        "databricks_conn_id": conn_id,
        "registry_mode": RegistryMode.STAGES,
        "poke_interval": 0.05,
        "deadline": datetime.now(UTC) + within,
    }
    return ModelVersionTrigger(**{**arguments, **changed})


async def events(watched: ModelVersionTrigger) -> list[TriggerEvent]:
    """All that a trigger fires, until it returns."""
    return [event async for event in watched.run()]


async def test_a_version_that_is_there_fires_once(conn_id: str, hook: RegistryHook, registry: Registry) -> None:
    registry.create_model()
    version = registry.create_version()
    hook.move(registry.model, version, Stage.STAGING)

    fired = await events(trigger(registry.model, conn_id, registry_mode=hook.registry_mode))

    assert fired == [TriggerEvent({"reason": "found", "version": version})]


async def test_a_version_that_comes_later_fires_once(conn_id: str, hook: RegistryHook, registry: Registry) -> None:
    waiting = asyncio.create_task(events(trigger(registry.model, conn_id, registry_mode=hook.registry_mode)))
    registry.create_model()
    version = registry.create_version()
    await asyncio.to_thread(hook.move, registry.model, version, Stage.STAGING)

    assert await waiting == [TriggerEvent({"reason": "found", "version": version})]


async def test_the_deadline_fires_once(conn_id: str, registry: Registry) -> None:
    assert await events(trigger(registry.model, conn_id, SOON)) == [TriggerEvent({"reason": "deadline_passed"})]


async def test_a_version_found_by_the_last_look_counts(conn_id: str, registry: Registry) -> None:
    registry.create_model()
    version = registry.create_version()
    RegistryHook(conn_id, registry_mode=RegistryMode.STAGES, caller="tests").move(
        registry.model, version, Stage.STAGING
    )

    fired = await events(trigger(registry.model, conn_id, -LATER))

    assert fired == [TriggerEvent({"reason": "found", "version": version})]


async def test_a_refusal_fires_once(conn_id: str) -> None:
    (fired,) = await events(trigger("a:b", conn_id))

    assert fired.payload["reason"] == Reason.REFUSED
    assert "Status Code: 400" in fired.payload["message"]


async def test_a_registry_that_cannot_be_reached_is_waited_for_until_the_deadline(dead_conn_id: str) -> None:
    assert await events(trigger("churn", dead_conn_id, SOON)) == [TriggerEvent({"reason": "deadline_passed"})]


def test_all_that_wait_for_the_same_share_their_looks() -> None:
    soon, later = trigger("churn", "databricks", SOON), trigger("churn", "databricks", LATER)
    others = [
        trigger("another", "databricks"),
        trigger("churn", "another"),
        trigger("churn", "databricks", stage=Stage.PRODUCTION),
        trigger("churn", "databricks", registry_mode=RegistryMode.ALIASES),
    ]

    assert soon.shared_stream_key() == later.shared_stream_key()
    assert soon.shared_stream_key() not in {other.shared_stream_key() for other in others}


def test_a_trigger_survives_the_way_to_the_triggerer() -> None:
    path, arguments = trigger("churn", "databricks").serialize()
    arrived = BaseSerialization.deserialize(BaseSerialization.serialize(arguments))

    assert path == "churn_airflow.triggers.ModelVersionTrigger"
    assert ModelVersionTrigger(**arrived).serialize() == (path, arguments)


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("poke_interval", 0, "poke_interval is 0"),
        ("deadline", datetime(2026, 1, 1), "give it a time zone"),  # noqa: DTZ001 - what is refused
        ("stage", "Nowhere", "Nowhere"),
        ("registry_mode", "folders", "folders"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused_at_once(argument: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        trigger("churn", "databricks", **{argument: value})
