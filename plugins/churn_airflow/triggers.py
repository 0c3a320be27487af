"""Waiting for the registry inside the triggerer."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from datetime import datetime
from enum import StrEnum
from json import JSONDecodeError
from typing import Any

import aiohttp
from airflow.providers.databricks.exceptions import DatabricksApiError
from airflow.sdk import timezone
from airflow.sdk.exceptions import AirflowException
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from churn.config import RegistryMode
from churn.stages import Stage
from churn_airflow.registry_hook import RegistryHook


class Reason(StrEnum):
    """Why a wait ended."""

    FOUND = "found"
    DEADLINE_PASSED = "deadline_passed"
    REFUSED = "refused"


class ModelVersionTrigger(BaseEventTrigger):
    """Fires once: when a version is in the stage, when the deadline has passed, or when the registry refuses to answer.

    A registry that cannot be reached is asked again until the deadline: a wait of a day outlives a restart.

    Args:
        model_name: the registered model; it need not exist yet.
        stage: the stage to watch.
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: `stages` or `aliases`.
        poke_interval: seconds between two looks, above 0.
        deadline: an aware point in time, so that a restarted triggerer keeps it.

    Raises:
        ValueError: an argument cannot be used.
    """

    def __init__(
        self,
        *,
        model_name: str,
        stage: str,
        databricks_conn_id: str,
        registry_mode: str,
        poke_interval: float,
        deadline: datetime,
    ) -> None:
        super().__init__()
        if poke_interval <= 0:
            raise ValueError(f"poke_interval is {poke_interval}: give a number of seconds above 0")
        if deadline.tzinfo is None:
            raise ValueError(f"deadline is {deadline}: give it a time zone")
        self.model_name = model_name
        self.stage = Stage(stage)
        self.databricks_conn_id = databricks_conn_id
        self.registry_mode = RegistryMode(registry_mode)
        self.poke_interval = poke_interval
        self.deadline = deadline

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Every argument of the constructor."""
        arguments = {
            "model_name": self.model_name,
            "stage": self.stage.value,
            "databricks_conn_id": self.databricks_conn_id,
            "registry_mode": self.registry_mode.value,
            "poke_interval": self.poke_interval,
            "deadline": self.deadline,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    def shared_stream_key(self) -> Hashable:
        """All that wait for the same share one look at the registry, however many they are."""
        return (self.databricks_conn_id, self.registry_mode, self.model_name, self.stage, self.poke_interval)

    @classmethod
    async def open_shared_stream(cls, kwargs: dict[str, Any]) -> AsyncIterator[str | None]:
        """What is in the stage, look after look.

        Raises:
            DatabricksApiError: the registry refuses to answer.
        """
        watched = cls(**kwargs)
        hook = RegistryHook(watched.databricks_conn_id, registry_mode=watched.registry_mode, caller=cls.__name__)
        async with hook:
            while True:
                yield await watched._look(hook)
                await asyncio.sleep(watched.poke_interval)

    async def filter_shared_stream(self, shared_stream: AsyncIterator[str | None]) -> AsyncIterator[TriggerEvent]:
        """Fire at the first look that finds a version, or the first after the deadline."""
        try:
            async for version in shared_stream:
                if version is not None or timezone.utcnow() >= self.deadline:
                    yield TriggerEvent(outcome(version))
                    return
        except DatabricksApiError as error:
            yield TriggerEvent({"reason": Reason.REFUSED.value, "message": str(error)})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """The same with looks of its own, where no triggerer shares them: in `airflow dags test`."""
        async for event in self.filter_shared_stream(self.open_shared_stream(self.serialize()[1])):
            yield event

    async def _look(self, hook: RegistryHook) -> str | None:
        try:
            return await hook.a_version_in(self.model_name, self.stage)
        except DatabricksApiError:
            raise
        except (AirflowException, aiohttp.ClientError, JSONDecodeError) as error:  # no answer, or half of one
            self.log.warning("The registry cannot be reached, waiting on: %s", error)
            return None


def outcome(version: str | None) -> dict[str, Any]:
    """The event of a wait that ended without an error."""
    if version is None:
        return {"reason": Reason.DEADLINE_PASSED.value}
    return {"reason": Reason.FOUND.value, "version": version}
