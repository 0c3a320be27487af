"""The workspace without its processes: what it answers, and what it remembers."""

import asyncio
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from local_workspace.database import open_database
from local_workspace.jobs.backend import RunBackend
from local_workspace.jobs.job_store import JobStore
from local_workspace.jobs.overrides import RepairRequest
from local_workspace.jobs.progress import Listener
from local_workspace.jobs.records import JobRun
from local_workspace.jobs.repair import Repairs
from local_workspace.jobs.specification import RunSettings
from local_workspace.jobs.states import Event, Result
from local_workspace.jobs.store import RunStore
from local_workspace.options import Options
from local_workspace.root import Root
from local_workspace.service import Workspace

SCRIPT = {"spark_python_task": {"python_file": "/Volumes/main/default/tests/any.py"}}
TASKS = {"tasks": [{"task_key": "a", **SCRIPT}]}


@dataclass(frozen=True)
class Quiet:
    """A workspace that answers, and executes nothing."""

    root: Path
    options: Options = field(default_factory=Options)

    @cached_property
    def app(self) -> ASGIApp:
        return Workspace(Root.at(self.root), "http://workspace", "token", self.options).app

    def ask(self, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
        async def answer() -> httpx.Response:
            headers = {"Authorization": "Bearer token"}
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://workspace", headers=headers) as client:
                return await client.request(method, f"/api/2.2/jobs/{path}", json=body)

        return asyncio.run(answer())


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Quiet:
    return Quiet(tmp_path_factory.mktemp("quiet"))


@pytest.mark.parametrize(("status", "code"), [(400, "INVALID_PARAMETER_VALUE"), (404, "RESOURCE_DOES_NOT_EXIST")])
def test_the_status_of_an_unknown_run_can_be_chosen(tmp_path: Path, status: int, code: str) -> None:
    quiet = Quiet(tmp_path, Options(unknown_run_status=status))
    for method, path in (("GET", "runs/get"), ("GET", "runs/get-output"), ("POST", "runs/cancel")):
        refused = quiet.ask(method, path, {"run_id": 4242})
        expected = {"error_code": code, "message": "Run 4242 does not exist."}
        assert (refused.status_code, refused.json()) == (status, expected)


def test_jobs_runs_and_tokens_are_there_after_a_restart(tmp_path: Path) -> None:
    before, after = Quiet(tmp_path), Quiet(tmp_path)
    job_id = before.ask("POST", "create", {"name": "kept", **TASKS}).json()["job_id"]
    begin = {"job_id": job_id, "idempotency_token": "once"}
    run_id = before.ask("POST", "run-now", begin).json()["run_id"]
    assert after.ask("GET", "get", {"job_id": job_id}).json()["settings"]["name"] == "kept"
    assert after.ask("GET", "runs/get", {"run_id": run_id}).json()["job_id"] == job_id
    assert after.ask("POST", "run-now", begin).json()["run_id"] == run_id


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"spark_python_task": None}, "Task 'a' must specify exactly one of python_wheel_task, spark_python_task."),
        ({"sql_task": {}}, "Task 'a': sql_task is not supported by the local workspace"),
        ({"task_key": "a b"}, "Invalid task key 'a b'"),
        ({"libraries": [{"jar": "x"}]}, "Library ['jar'] is not supported"),
        ({"timeout_seconds": 2**40}, "Invalid value for field 'tasks.0.timeout_seconds'"),
        ({"environment_key": "absent"}, "uses the environment 'absent', which 'environments' does not have"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_task_that_cannot_be_is_refused_and_nothing_is_kept(quiet: Quiet, wrong: dict[str, Any], said: str) -> None:
    before = quiet.ask("GET", "runs/list", {}).json()
    refused = quiet.ask("POST", "runs/submit", {"tasks": [{"task_key": "a", **SCRIPT, **wrong}]})
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert said in refused.json()["message"]
    assert quiet.ask("GET", "runs/list", {}).json() == before


def test_a_null_is_as_good_as_nothing(quiet: Quiet) -> None:
    body = {"run_name": None, "tasks": [{"task_key": "a", "notebook_task": None, "libraries": None, **SCRIPT}]}
    run_id = quiet.ask("POST", "runs/submit", body).json()["run_id"]
    assert quiet.ask("GET", "runs/get", {"run_id": run_id}).json()["run_name"] == "Untitled"


@pytest.fixture
def backend(tmp_path: Path) -> RunBackend:
    return RunBackend(RunStore(open_database(tmp_path / "state.db")))


def begun(backend: RunBackend, **settings: Any) -> JobRun:
    return backend.submit("a run", RunSettings.model_validate({**TASKS, **settings}))


def end(backend: RunBackend, run: JobRun, event: Event) -> None:
    """Take the newest attempt from its queue to its end."""
    attempt = max(backend.store.attempts(run.run_id), key=lambda one: one.run_id)
    for each in (Event.ADMITTED, Event.STARTED, event):
        backend.happened(attempt.run_id, each)


def repair(backend: RunBackend, run: JobRun, key: str) -> int:
    return Repairs(backend, JobStore(backend.store._database)).repair(
        RepairRequest(run_id=run.run_id, rerun_tasks=[key])
    )


def test_whoever_keeps_the_time_hears_of_the_beginning_and_the_end_of_a_run_and_of_its_repair(
    backend: RunBackend,
) -> None:
    heard: list[tuple[str, int]] = []
    backend.listener = Listener(
        run_began=lambda run: heard.append(("began", run.repair_id)),
        run_ended=lambda run: heard.append(("ended", run.repair_id)),
    )
    run = begun(backend, timeout_seconds=60)
    end(backend, run, Event.FAILED)
    repair_id = repair(backend, run, "a")
    assert heard == [("began", 0), ("ended", 0), ("began", repair_id)]
    backend.time_out(run.run_id)
    assert backend.run(run.run_id).state.result is Result.TIMEDOUT
    assert heard[3:] == [("ended", repair_id)]


def test_a_repair_that_changes_nothing_ends_as_well(backend: RunBackend) -> None:
    run = begun(backend, tasks=[*TASKS["tasks"], {"task_key": "b", "depends_on": [{"task_key": "a"}], **SCRIPT}])
    first = next(attempt for attempt in backend.store.attempts(run.run_id) if attempt.key == "a")
    for event in (Event.ADMITTED, Event.STARTED, Event.FAILED):
        backend.happened(first.run_id, event)
    state = backend.run(run.run_id).state
    repair(backend, run, "b")
    after = backend.run(run.run_id)
    assert after.state == state
    assert after.ended >= after.repaired > 0


def test_what_was_active_when_the_workspace_died_is_an_internal_error(backend: RunBackend) -> None:
    active, over = begun(backend), begun(backend)
    end(backend, over, Event.SUCCEEDED)
    backend.give_up("The workspace died.")
    state = backend.run(active.run_id).state
    assert (state.life_cycle, state.code, state.message) == ("INTERNAL_ERROR", "INTERNAL_ERROR", "The workspace died.")
    assert backend.run(over.run_id).state.result is Result.SUCCESS
