"""The Jobs API, endpoint by endpoint, as the SDK, the provider's hook and its asynchronous half meet it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from airflow.providers.databricks.hooks.databricks import DatabricksHook
from tests.local_workspace.clients import Client, Json, client_of
from tests.local_workspace.support import IDLE, Lab

CLUSTER = "0101-000000-local000"
LIFE_CYCLES = {"QUEUED", "PENDING", "RUNNING", "TERMINATED"}


@dataclass(frozen=True)
class Given:
    """What there is before the call."""

    lab: Lab
    job_id: int
    succeeded: int
    failed: int
    task: Json

    def new_job(self, source: str = "pass") -> int:
        return int(self.lab.client.jobs.create(name="made", tasks=[self.lab.job_task(source)]).job_id)

    def ended(self) -> int:
        return int(self.lab.run("pass").run_id)

    def active(self) -> int:
        return self.lab.submit(self.lab.task(IDLE))

    def job_with_active_run(self) -> int:
        job_id = self.new_job(IDLE)
        self.lab.client.jobs.run_now(job_id)
        return job_id

    def task_of(self, run_id: int) -> int:
        return int(self.lab.client.jobs.get_run(run_id).tasks[0].run_id)

    def settings(self, job_id: int) -> Json:
        return dict(self.lab.client.jobs.get(job_id).settings.as_dict())

    def life_cycle(self, run_id: int) -> str:
        return str(self.lab.client.jobs.get_run(run_id).state.life_cycle_state.value)


@pytest.fixture(scope="module")
def given(lab: Lab) -> Given:
    job_id = int(lab.client.jobs.create(name="contract", tasks=[lab.job_task("print('done')")]).job_id)
    succeeded = int(lab.client.jobs.run_now(job_id).run_id)
    failed = int(lab.run("raise ValueError('no')").run_id)
    lab.ended(succeeded)
    return Given(lab, job_id, succeeded, failed, lab.task("pass").as_dict())


@dataclass(frozen=True)
class Row:
    """A row of the table: which endpoint is asked for what, and what it has to answer."""

    endpoint: str
    fields: Callable[[Given], Json]
    holds: Callable[[Json, Json, Given], object]
    """Whether the answer, with the fields that were asked with, is as it should be."""


TABLE = (
    Row(
        "POST 2.2/jobs/runs/submit",
        lambda given: {"run_name": "several", "tasks": [given.task]},
        lambda answer, _, given: set(answer) == {"run_id"} and given.life_cycle(answer["run_id"]) in LIFE_CYCLES,
    ),
    Row(
        "POST 2.1/jobs/runs/submit",
        lambda given: {"run_name": "one.legacy task", **{k: v for k, v in given.task.items() if k != "task_key"}},
        lambda answer, _, given: (
            [task.task_key for task in given.lab.client.jobs.get_run(answer["run_id"]).tasks] == ["one.legacy task"]
        ),
    ),
    Row(
        "POST 2.2/jobs/run-now",
        lambda given: {"job_id": given.new_job()},
        lambda answer, _, given: (
            answer["number_in_job"] == answer["run_id"] and given.life_cycle(answer["run_id"]) in LIFE_CYCLES
        ),
    ),
    Row(
        "GET 2.2/jobs/runs/get",
        lambda given: {"run_id": given.succeeded},
        lambda answer, _, given: (
            {"run_id", "job_id", "run_page_url", "start_time", "end_time", "run_duration"} <= set(answer)
            and answer["job_id"] == given.job_id
            and answer["state"]["life_cycle_state"] == "TERMINATED"
            and answer["state"]["result_state"] == "SUCCESS"
            and answer["status"]["state"] == "TERMINATED"
            and answer["status"]["termination_details"]["code"] == "SUCCESS"
            and {"task_key", "run_id", "start_time", "attempt_number", "run_page_url", "state"}
            <= set(answer["tasks"][0])
            and "repair_history" not in answer
        ),
    ),
    Row(
        "GET 2.2/jobs/runs/get",
        lambda given: {"run_id": given.task_of(given.succeeded)},
        lambda answer, asked, given: answer["run_id"] == asked["run_id"] and answer["job_id"] == given.job_id,
    ),
    Row(
        "GET 2.2/jobs/runs/get",
        lambda given: {"run_id": given.succeeded, "include_history": "true"},
        lambda answer, _, __: (
            [item["type"] for item in answer["repair_history"]] == ["ORIGINAL"]
            and answer["repair_history"][0]["task_run_ids"] == [answer["tasks"][0]["run_id"]]
        ),
    ),
    Row(
        "GET 2.2/jobs/runs/get-output",
        lambda given: {"run_id": given.task_of(given.succeeded)},
        lambda answer, asked, _: (
            (answer["logs"], answer["logs_truncated"]) == ("done\n", False)
            and answer["metadata"]["run_id"] == asked["run_id"]
            and "error" not in answer
        ),
    ),
    Row(
        "GET 2.2/jobs/runs/get-output",
        lambda given: {"run_id": given.task_of(given.failed)},
        lambda answer, _, __: answer["error"] == "ValueError: no" and answer["error_trace"].startswith("Traceback"),
    ),
    Row(
        "GET 2.2/jobs/runs/list",
        lambda given: {"job_id": given.job_id, "limit": 5},
        lambda answer, _, given: (
            [run["run_id"] for run in answer["runs"]] == [given.succeeded] and answer["has_more"] is False
        ),
    ),
    Row(
        "POST 2.2/jobs/runs/cancel",
        lambda given: {"run_id": given.active()},
        lambda answer, asked, given: (
            answer == {} and given.lab.ended(asked["run_id"]).state.result_state.value == "CANCELED"
        ),
    ),
    Row(
        "POST 2.2/jobs/runs/cancel-all",
        lambda given: {"job_id": given.job_with_active_run()},
        lambda answer, asked, given: (
            answer == {}
            and [
                given.lab.ended(int(run.run_id)).state.result_state.value
                for run in given.lab.client.jobs.list_runs(job_id=asked["job_id"])
            ]
            == ["CANCELED"]
        ),
    ),
    Row(
        "POST 2.2/jobs/runs/delete",
        lambda given: {"run_id": given.ended()},
        lambda answer, asked, given: (
            answer == {} and asked["run_id"] not in {run.run_id for run in given.lab.client.jobs.list_runs()}
        ),
    ),
    Row(
        "POST 2.2/jobs/runs/repair",
        lambda given: {"run_id": int(given.lab.run("raise ValueError('no')").run_id), "rerun_all_failed_tasks": True},
        lambda answer, asked, given: set(answer) == {"repair_id"} and len(given.lab.ended(asked["run_id"]).tasks) == 2,
    ),
    Row(
        "POST 2.2/jobs/create",
        lambda given: {"name": "created", "tasks": [given.task]},
        lambda answer, _, given: set(answer) == {"job_id"} and given.settings(answer["job_id"])["name"] == "created",
    ),
    Row(
        "GET 2.2/jobs/get",
        lambda given: {"job_id": given.job_id},
        lambda answer, asked, _: (
            answer["job_id"] == asked["job_id"]
            and answer["settings"]["name"] == "contract"
            and answer["settings"]["max_concurrent_runs"] == 1
            and [task["task_key"] for task in answer["settings"]["tasks"]] == ["only"]
        ),
    ),
    Row(
        "GET 2.2/jobs/list",
        lambda given: {"name": "Contract", "limit": 100},
        lambda answer, _, given: (
            [job["job_id"] for job in answer["jobs"]] == [given.job_id] and "next_page_token" not in answer
        ),
    ),
    Row(
        "POST 2.2/jobs/reset",
        lambda given: {"job_id": given.new_job(), "new_settings": {"name": "reset", "tasks": [given.task]}},
        lambda answer, asked, given: answer == {} and given.settings(asked["job_id"])["name"] == "reset",
    ),
    Row(
        "POST 2.2/jobs/update",
        lambda given: {"job_id": given.new_job(), "new_settings": {"max_concurrent_runs": 7}},
        lambda answer, asked, given: (
            answer == {}
            and given.settings(asked["job_id"])["max_concurrent_runs"] == 7
            and given.settings(asked["job_id"])["name"] == "made"
        ),
    ),
    Row(
        "POST 2.2/jobs/delete",
        lambda given: {"job_id": given.new_job()},
        lambda answer, asked, given: (
            answer == {} and asked["job_id"] not in {job.job_id for job in given.lab.client.jobs.list()}
        ),
    ),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.endpoint)
def test_an_endpoint_answers_as_the_table_says(client: Client, given: Given, row: Row) -> None:
    method, path = row.endpoint.split()
    asked = row.fields(given)
    answer = client.ask(method, path, asked)
    assert row.holds(answer, asked, given), answer


Asked = Callable[[Any, Given], Any]
HOOK: dict[str, Asked] = {
    "create_job": lambda hook, given: (
        given.settings(hook.create_job({"name": "by hook", "tasks": [given.task]}))["name"] == "by hook"
    ),
    "reset_job": lambda hook, given: hook.reset_job(str(given.new_job()), {"name": "n", "tasks": [given.task]}) is None,
    "update_job": lambda hook, given: hook.update_job(str(given.new_job()), {"name": "n"}) is None,
    "run_now": lambda hook, given: isinstance(hook.run_now({"job_id": given.new_job()}), int),
    "submit_run": lambda hook, given: isinstance(hook.submit_run({"run_name": "r", "tasks": [given.task]}), int),
    "list_jobs": lambda hook, given: given.job_id in {job["job_id"] for job in hook.list_jobs(limit=2)},
    "find_job_id_by_name": lambda hook, given: hook.find_job_id_by_name("contract") == given.job_id,
    "get_run_page_url": lambda hook, given: hook.get_run_page_url(given.succeeded).startswith(given.lab.server.url),
    "get_job_id": lambda hook, given: hook.get_job_id(given.succeeded) == given.job_id,
    "get_run_state": lambda hook, given: hook.get_run_state(given.succeeded).is_successful,
    "get_run_state_str": lambda hook, given: "Workload failed" in hook.get_run_state_str(given.failed),
    "get_run_tasks": lambda hook, given: [task["task_key"] for task in hook.get_run_tasks(given.failed)] == ["only"],
    "get_run_output": lambda hook, given: hook.get_run_output(given.task_of(given.failed))["error"] == "ValueError: no",
    "get_latest_repair_id": lambda hook, given: hook.get_latest_repair_id(given.failed) is None,
    "cancel_run": lambda hook, given: hook.cancel_run(given.succeeded) is None,
    "cancel_all_runs": lambda hook, given: hook.cancel_all_runs(given.job_id) is None,
    "delete_run": lambda hook, given: hook.delete_run(given.ended()) is None,
    "get_cluster_state": lambda hook, given: hook.get_cluster_state(CLUSTER).is_running,
    "test_connection": lambda hook, given: hook.test_connection() == (True, "Connection successfully tested"),
}


@pytest.mark.parametrize("method", HOOK)
def test_a_method_of_the_hook_gets_what_it_expects(lab: Lab, given: Given, method: str) -> None:
    with client_of(lab.server, "hook") as client:
        assert HOOK[method](client.hook, given)


ASYNC_HOOK: dict[str, Asked] = {
    "a_get_run": lambda hook, given: hook.a_get_run(given.succeeded),
    "a_get_run_state": lambda hook, given: hook.a_get_run_state(given.succeeded),
    "a_get_run_page_url": lambda hook, given: hook.a_get_run_page_url(given.succeeded),
    "a_get_run_output": lambda hook, given: hook.a_get_run_output(given.task_of(given.failed)),
    "a_get_cluster_state": lambda hook, given: hook.a_get_cluster_state(CLUSTER),
}


@pytest.mark.parametrize("method", ASYNC_HOOK)
def test_the_hook_gets_the_same_when_it_does_not_block(lab: Lab, given: Given, method: str) -> None:
    with client_of(lab.server, "async hook") as client:
        same = ASYNC_HOOK[method](_Blocking(client.hook), given)
        assert client.wait_for(lambda hook: ASYNC_HOOK[method](hook, given)) == same


class _Blocking:
    """The hook's blocking methods under the names of those that do not block."""

    def __init__(self, hook: DatabricksHook) -> None:
        self._hook = hook

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hook, name.removeprefix("a_"))
