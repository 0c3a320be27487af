"""Many runs and many tasks: lists, order, limits, clearing up."""

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, ResourceDoesNotExist
from tests.local_workspace.support import IDLE, Lab, after


def test_runs_are_listed_newest_first_and_page_by_page(lab: Lab) -> None:
    ids = [lab.submit(lab.task("pass")) for _ in range(3)]
    for run_id in ids:
        lab.ended(run_id)
    first = lab.raw.get("/api/2.2/jobs/runs/list", params={"limit": 2}).json()
    assert [run["run_id"] for run in first["runs"]] == [ids[2], ids[1]]
    assert first["has_more"]
    query = {"limit": 2, "page_token": first["next_page_token"]}
    second = lab.raw.get("/api/2.2/jobs/runs/list", params=query).json()
    assert second["runs"][0]["run_id"] == ids[0]
    assert "tasks" not in second["runs"][0]


def test_the_sdk_finds_all_runs_of_all_pages_with_their_tasks(lab: Lab) -> None:
    ids = [int(lab.run("pass").run_id) for _ in range(2)]
    listed = {run.run_id: run for run in lab.client.jobs.list_runs(limit=1, expand_tasks=True)}
    assert [[task.task_key for task in listed[run_id].tasks] for run_id in ids] == [["only"], ["only"]]


def test_active_runs_and_those_that_have_ended_are_listed_apart(lab: Lab) -> None:
    ended = int(lab.run("pass").run_id)
    active = lab.submit(lab.task(IDLE))
    assert [run.run_id for run in lab.client.jobs.list_runs(active_only=True)] == [active]
    completed = [run.run_id for run in lab.client.jobs.list_runs(completed_only=True)]
    assert ended in completed
    assert active not in completed
    lab.client.jobs.cancel_run(active)
    lab.ended(active)


@pytest.mark.parametrize(
    "query", [{"limit": 26}, {"page_token": "x"}, {"active_only": True, "completed_only": True}], ids=str
)
def test_a_list_that_cannot_be_is_refused(lab: Lab, query: dict[str, str]) -> None:
    refused = lab.raw.get("/api/2.2/jobs/runs/list", params=query)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_all_runs_of_a_job_are_cancelled_at_once(lab: Lab) -> None:
    job_id = lab.client.jobs.create(tasks=[lab.job_task(IDLE)], max_concurrent_runs=3).job_id
    ids = [int(lab.client.jobs.run_now(job_id).run_id) for _ in range(3)]
    lab.client.jobs.cancel_all_runs(job_id=job_id)
    assert [lab.ended(run_id).state.result_state.value for run_id in ids] == ["CANCELED"] * 3


def test_queued_runs_are_cancelled_at_once_and_running_ones_go_on(lab: Lab) -> None:
    running = [lab.submit(lab.task(IDLE)) for _ in range(2)]
    for run_id in running:
        lab.reaching(run_id, "RUNNING")
    queued = lab.submit(lab.task("pass"))
    assert lab.client.jobs.get_run(queued).status.queue_details.code.value == "ACTIVE_RUNS_LIMIT_REACHED"
    lab.client.jobs.cancel_all_runs(all_queued_runs=True)
    assert lab.ended(queued).state.result_state.value == "CANCELED"
    for run_id in running:
        assert lab.client.jobs.get_run(run_id).state.life_cycle_state.value == "RUNNING"
        lab.client.jobs.cancel_run(run_id)
        lab.ended(run_id)


def test_a_deleted_run_is_unknown_and_its_token_stays_taken(lab: Lab) -> None:
    task = lab.task("pass")
    run_id = int(lab.ended(lab.submit(task, idempotency_token="deleted")).run_id)
    lab.client.jobs.delete_run(run_id)
    with pytest.raises(ResourceDoesNotExist, match="does not exist"):
        lab.client.jobs.get_run(run_id)
    with pytest.raises(InvalidParameterValue, match="deleted"):
        lab.submit(task, idempotency_token="deleted")


def test_an_active_run_cannot_be_deleted(lab: Lab) -> None:
    run_id = lab.submit(lab.task(IDLE))
    with pytest.raises(InvalidParameterValue, match="still active"):
        lab.client.jobs.delete_run(run_id)
    lab.client.jobs.cancel_run(run_id)
    lab.ended(run_id)


def test_the_output_is_that_of_a_task_not_of_its_parent(lab: Lab) -> None:
    run = lab.run("pass")
    with pytest.raises(BadRequest, match="Retrieving the output of runs with multiple tasks is not supported"):
        lab.client.jobs.get_run_output(run.run_id)
    assert lab.output(run).metadata.run_id == run.tasks[0].run_id


def test_a_run_of_a_task_is_shown_by_its_own_id(lab: Lab) -> None:
    run = lab.run("pass")
    task = lab.client.jobs.get_run(run.tasks[0].run_id)
    assert (task.run_id, task.run_name, task.job_id) == (run.tasks[0].run_id, "only", run.job_id)


def test_tasks_run_in_their_order_and_a_failure_stops_what_depends_on_it(lab: Lab) -> None:
    run = lab.ended(
        lab.submit(
            lab.task("pass", key="first"),
            after("first", lab.task("raise ValueError('no')", key="second")),
            after("second", lab.task("pass", key="third")),
        )
    )
    results = {task.task_key: task.state.result_state.value for task in run.tasks}
    assert results == {"first": "SUCCESS", "second": "FAILED", "third": "UPSTREAM_FAILED"}
    assert run.state.state_message.startswith("Task second failed with message: ")
    assert next(t.end_time for t in run.tasks if t.task_key == "first") <= next(
        t.start_time + t.setup_duration for t in run.tasks if t.task_key == "second"
    )


@pytest.mark.parametrize(
    ("before", "message"), [("b", "in a circle"), ("absent", "depends on 'absent', which is not a task of this run")]
)
def test_an_order_that_cannot_be_is_refused(lab: Lab, before: str, message: str) -> None:
    tasks = [after(before, lab.task("pass", key="a")), after("a", lab.task("pass", key="b"))]
    with pytest.raises(InvalidParameterValue, match=message):
        lab.submit(*tasks)


def test_a_run_that_takes_too_long_is_timed_out_with_what_still_waits(lab: Lab) -> None:
    tasks = [lab.task(IDLE, key="a"), after("a", lab.task("pass", key="b"))]
    run = lab.ended(lab.submit(*tasks, timeout_seconds=1))
    assert {task.state.result_state.value for task in run.tasks} == {"TIMEDOUT"}


def test_a_failed_task_is_tried_again_as_often_as_asked(lab: Lab) -> None:
    path = "/api/2.2/jobs/runs/submit"
    script = lab.task("raise ValueError('again')").spark_python_task
    body = {"tasks": [{"task_key": "only", "max_retries": 2, "spark_python_task": script.as_dict()}]}
    run = lab.ended(lab.raw.post(path, json=body).json()["run_id"])
    assert [(task.attempt_number, task.state.result_state.value) for task in run.tasks] == [
        (0, "FAILED"),
        (1, "FAILED"),
        (2, "FAILED"),
    ]
