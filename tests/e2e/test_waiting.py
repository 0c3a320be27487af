"""Waiting for a candidate costs next to nothing, however many wait."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from databricks.sdk import WorkspaceClient
from tests.local_workspace.support import wait_until

from churn.config import Settings
from churn.stages import Stage
from demo.clients.airflow import API, DagRun
from demo.errors import LifecycleError
from demo.lifecycle import GATE, Conductor
from demo.stack.lifetime import Stack

from .faults import AIRFLOW, Faults

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

WAITING = 100
AT_ONCE = 4
SENSOR = "wait_for_candidate"
PATIENCE_SECONDS = 600
WATCHED_SECONDS = 20
MEGABYTE = 2**20


@pytest.fixture
def waiting(ended: Conductor, stack: Stack) -> Iterator[list[DagRun]]:
    """Runs of the gate that all wait: nothing is in Staging. What is left of them at the end is called off."""
    runs: list[DagRun] = []
    while len(runs) < WAITING:  # SQLite cannot bear them all at the same moment
        runs += [wait_until(lambda: begun(stack), "a run to begin") for _ in range(AT_ONCE)]
        all_wait(stack, len(runs))
    yield runs
    for run in runs:
        call_off(stack, run)


def test_a_hundred_waiting_runs_hold_no_worker_and_ask_as_often_as_one(
    idle: float, waiting: list[DagRun], stack: Stack, settings: Settings, faults: Faults
) -> None:
    asked, seconds = looks(faults)
    pool = ask(stack, "/pools/default_pool")
    grown = triggerer_megabytes() - idle
    print(f"{asked / seconds:.2f} looks a second; the triggerer has grown by {grown:.0f} MB")

    assert (pool["running_slots"], pool["deferred_slots"]) == (0, WAITING)
    assert 0 < asked <= seconds / settings.airflow.sensor_poke_seconds + 1
    assert grown < WAITING  # a megabyte each


def test_a_version_that_arrives_is_found_by_all_that_wait(
    waiting: list[DagRun], stack: Stack, settings: Settings
) -> None:
    before = sensors(stack)["success"]

    move(stack, settings, "1", Stage.STAGING)
    try:
        wait_until(lambda: sensors(stack)["success"] == before + WAITING, "all to find it", PATIENCE_SECONDS)
        found = Counter(stack.airflow_api.pushed(run, SENSOR, "return_value") for run in waiting)
    finally:
        move(stack, settings, "1", Stage.ARCHIVED)

    assert found == {"1": WAITING}


def all_wait(stack: Stack, number: int) -> None:
    wait_until(lambda: sensors(stack)["deferred"] == number, "all to wait", PATIENCE_SECONDS)


def begun(stack: Stack) -> DagRun | None:
    """A new run of the gate; None when SQLite would not have it, as it refuses at once who has read before a write."""
    try:
        return stack.airflow_api.trigger(GATE, {"approval": "auto"})
    except LifecycleError as refused:
        if "Database error" not in str(refused):
            raise
        return None


def call_off(stack: Stack, run: DagRun) -> None:
    airflow = stack.airflow_api.http
    wait_until(lambda: airflow.patch(run.path, json={"state": "failed"}).is_success, "its end")


@pytest.fixture
def idle(stack: Stack) -> float:
    """What the triggerer takes while nobody waits, in megabytes."""
    return triggerer_megabytes()


def triggerer_megabytes() -> float:
    mine = {process.pid for process in psutil.Process().children(recursive=True)}
    asked = psutil.process_iter(["pid", "cmdline", "memory_info"])  # of a process that has ended it gives nothing
    known = [process.info for process in asked if process.info["pid"] in mine and process.info["cmdline"]]
    sizes = [info["memory_info"].rss for info in known if "triggerer" in " ".join(info["cmdline"])]
    assert sizes
    return float(sum(sizes) / MEGABYTE)


def looks(faults: Faults) -> tuple[int, float]:
    """How often Airflow asks the registry in so many seconds."""
    faults.inject([{"client": AIRFLOW, "path": "/api/2.0/mlflow/*", "delay_seconds": 0.001, "times": None}])
    began = time.monotonic()
    time.sleep(WATCHED_SECONDS)  # a rate needs a time
    (seen,) = faults.seen()
    return int(seen["applied"]), time.monotonic() - began


def sensors(stack: Stack) -> Counter[str]:
    """How many sensors of the gate are in which state."""
    states: Counter[str] = Counter()
    for offset in range(0, 4 * WAITING, 50):
        query = {"task_id": SENSOR, "limit": 50, "offset": offset}
        page = ask(stack, f"/dags/{GATE}/dagRuns/~/taskInstances", **query)["task_instances"]
        states.update(str(task["state"]) for task in page)
    return states


def ask(stack: Stack, path: str, **query: Any) -> dict[str, Any]:
    answer = stack.airflow_api.http.get(f"{API}{path}", params=query)
    return dict(answer.raise_for_status().json())


def move(stack: Stack, settings: Settings, version: str, stage: Stage) -> None:
    """Move a version as a person does."""
    client = WorkspaceClient(host=stack.workspace.url, token=stack.workspace.token)
    body = {"name": settings.registry.model_name, "version": version, "stage": stage.value}
    path = "/api/2.0/mlflow/model-versions/transition-stage"
    client.api_client.do("POST", path, body={**body, "archive_existing_versions": False})
