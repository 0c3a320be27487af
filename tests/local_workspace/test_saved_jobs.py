"""Jobs are saved, changed, found, and run with parameters, one after another or side by side."""

import json
from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue, ResourceDoesNotExist
from databricks.sdk.service.compute import Environment, Library
from databricks.sdk.service.jobs import (
    JobEnvironment,
    JobParameterDefinition,
    JobSettings,
    PythonWheelTask,
    QueueSettings,
    Run,
    Task,
    TaskDependency,
)
from tests.local_workspace.support import IDLE, Lab, wheel

PRINT = "import sys; print(*sys.argv[1:])"
PRINT_ARGUMENTS = {"sample/__init__.py": "import json, sys\ndef main():\n    print(json.dumps(sys.argv[1:]))\n"}


def create(lab: Lab, *tasks: Task, **settings: Any) -> int:
    return int(lab.client.jobs.create(tasks=list(tasks), **settings).job_id)


def run(lab: Lab, job_id: int, **overrides: Any) -> Run:
    return lab.ended(int(lab.client.jobs.run_now(job_id, **overrides).run_id))


def settings_of(lab: Lab, job_id: int) -> JobSettings:
    return lab.client.jobs.get(job_id).settings


def test_a_job_reads_back_as_it_was_written_with_the_defaults_of_databricks(lab: Lab) -> None:
    job_id = create(lab, lab.job_task("pass"), tags={"team": "churn"}, description="Nightly.")
    settings = settings_of(lab, job_id)
    assert (settings.name, settings.max_concurrent_runs, settings.format.value) == ("Untitled", 1, "MULTI_TASK")
    assert (settings.tags, settings.description) == ({"team": "churn"}, "Nightly.")


def test_a_run_of_a_job_says_so(lab: Lab) -> None:
    job_id = create(lab, lab.job_task("pass"), name="said")
    ended = run(lab, job_id)
    assert (ended.job_id, ended.run_name, ended.run_type.value) == (job_id, "said", "JOB_RUN")
    assert [one.run_id for one in lab.client.jobs.list_runs(job_id=job_id)] == [ended.run_id]


def test_an_update_replaces_fields_and_named_entries_and_removes_what_is_listed(lab: Lab) -> None:
    job_id = create(lab, lab.job_task("1", key="a"), lab.job_task("2", key="b"), name="old", description="Old.")
    again = lab.job_task("3", key="b")
    lab.client.jobs.update(
        job_id,
        new_settings=JobSettings(name="new", tasks=[again, lab.job_task("4", key="c")]),
        fields_to_remove=["description", "tasks/a"],
    )
    settings = settings_of(lab, job_id)
    assert (settings.name, settings.description) == ("new", None)
    assert [task.task_key for task in settings.tasks] == ["b", "c"]
    assert settings.tasks[0].spark_python_task == again.spark_python_task


def test_an_update_that_leaves_nothing_sensible_is_refused_and_changes_nothing(lab: Lab) -> None:
    after = lab.job_task("2", key="b", depends_on=[TaskDependency("a")])
    job_id = create(lab, lab.job_task("1", key="a"), after)
    with pytest.raises(InvalidParameterValue, match="depends on 'a', which is not a task"):
        lab.client.jobs.update(job_id, fields_to_remove=["tasks/a"])
    assert [task.task_key for task in settings_of(lab, job_id).tasks] == ["a", "b"]


def test_a_deleted_job_is_unknown_and_its_runs_stay(lab: Lab) -> None:
    job_id = create(lab, lab.job_task("pass"))
    ended = run(lab, job_id)
    lab.client.jobs.delete(job_id)
    with pytest.raises(ResourceDoesNotExist, match=rf"^Job {job_id} does not exist\.$"):
        lab.client.jobs.get(job_id)
    assert lab.client.jobs.get_run(ended.run_id).job_id == job_id


def test_jobs_are_listed_newest_first_page_by_page_there_and_back(lab: Lab) -> None:
    ids = [create(lab, name="Paged") for _ in range(3)]
    path = "/api/2.2/jobs/list"
    query: dict[str, str] = {"limit": "2", "name": "pAGED"}
    first = lab.raw.get(path, params=query).json()
    second = lab.raw.get(path, params={**query, "page_token": first["next_page_token"]}).json()
    back = lab.raw.get(path, params={**query, "page_token": second["prev_page_token"]}).json()
    pages = [[job["job_id"] for job in page["jobs"]] for page in (first, second, back)]
    assert pages == [[ids[2], ids[1]], [ids[0]], [ids[2], ids[1]]]
    assert "next_page_token" not in second
    assert "prev_page_token" not in first


def test_tasks_are_listed_when_asked_for(lab: Lab) -> None:
    create(lab, lab.job_task("pass"), name="expanded")
    (short,) = lab.client.jobs.list(name="expanded")
    (long,) = lab.client.jobs.list(name="expanded", expand_tasks=True)
    assert (short.settings.tasks, [task.task_key for task in long.settings.tasks]) == ([], ["only"])


def test_more_than_a_hundred_tasks_come_in_parts(lab: Lab) -> None:
    task = lab.job_task("pass").as_dict()
    tasks = [Task.from_dict({**task, "task_key": f"t{number}", "disabled": number > 0}) for number in range(130)]
    job_id = create(lab, *tasks)
    assert len(lab.raw.get("/api/2.2/jobs/get", params={"job_id": job_id}).json()["settings"]["tasks"]) == 100
    assert len(settings_of(lab, job_id).tasks) == 130
    run_id = run(lab, job_id).run_id
    first = lab.raw.get("/api/2.2/jobs/runs/get", params={"run_id": run_id}).json()
    assert len(first["tasks"]) == 100
    assert len({task.task_key for task in lab.client.jobs.get_run(run_id).tasks}) == 130


def test_positional_parameters_of_a_run_replace_those_of_the_task(lab: Lab) -> None:
    job_id = create(lab, lab.job_task(PRINT, "a", "b"))
    assert lab.printed(run(lab, job_id)) == "a b\n"
    ended = run(lab, job_id, python_params=["c"])
    assert lab.printed(ended) == "c\n"
    assert ended.overriding_parameters.python_params == ["c"]


def test_empty_parameters_of_a_run_replace_nothing(lab: Lab) -> None:
    body = {
        "job_id": create(lab, lab.job_task(PRINT, "a")),
        "python_params": [],
        "notebook_params": {},
        "jar_params": [],
    }
    run_id = lab.raw.post("/api/2.2/jobs/run-now", json=body).json()["run_id"]
    assert lab.printed(lab.ended(run_id)) == "a\n"


def wheel_task(lab: Lab, **parameters: Any) -> Task:
    path = lab.upload(wheel(PRINT_ARGUMENTS), "sample-1.0-py3-none-any.whl")
    return Task(
        "only", python_wheel_task=PythonWheelTask("sample", "main", **parameters), libraries=[Library(whl=path)]
    )


def test_named_parameters_of_a_run_win_over_those_of_the_task(lab: Lab) -> None:
    job_id = create(lab, wheel_task(lab, named_parameters={"a": "1", "b": "2"}))
    ended = run(lab, job_id, python_named_params={"b": "3"})
    assert json.loads(lab.printed(ended)) == ["--a=1", "--b=3"]


def test_parameters_of_the_job_reach_a_wheel_by_name(lab: Lab) -> None:
    parameters = [JobParameterDefinition("b", "job"), JobParameterDefinition("c", "job")]
    job_id = create(lab, wheel_task(lab, named_parameters={"a": "task", "b": "task"}), parameters=parameters)
    ended = run(lab, job_id, job_parameters={"c": "run"})
    assert json.loads(lab.printed(ended)) == ["--a=task", "--b=job", "--c=run"]
    shown = {one.name: (one.default, one.value) for one in ended.job_parameters}
    assert shown == {"b": ("job", "job"), "c": ("job", "run")}


def test_references_in_parameters_are_resolved(lab: Lab) -> None:
    task = lab.job_task(
        PRINT, "{{job.parameters.day}}", "{{job.id}}/{{job.run_id}}/{{task.run_id}}", "{{task.name}}", "{{x}}"
    )
    job_id = create(lab, task, parameters=[JobParameterDefinition("day", "monday")])
    ended = run(lab, job_id, job_parameters={"day": "friday"})
    expected = f"friday {job_id}/{ended.run_id}/{ended.tasks[0].run_id} only {{{{x}}}}\n"
    assert lab.printed(ended) == expected


@pytest.mark.parametrize(
    ("only", "executed"),
    [("b", "b"), ("+b", "ab"), ("b+", "bc"), ("+b+", "abc")],
)
def test_only_the_chosen_tasks_run(lab: Lab, only: str, executed: str) -> None:
    tasks = [lab.job_task("pass", key=key) for key in "abc"]
    tasks[1].depends_on, tasks[2].depends_on = [TaskDependency("a")], [TaskDependency("b")]
    ended = run(lab, create(lab, *tasks), only=[only])
    assert {task.task_key for task in ended.tasks if task.state.result_state.value == "SUCCESS"} == set(executed)
    assert {task.state.result_state.value for task in ended.tasks if task.task_key not in executed} <= {"DISABLED"}
    assert ended.state.result_state.value == "SUCCESS"


def test_a_run_beyond_the_number_that_may_be_active_is_skipped(lab: Lab) -> None:
    job_id = create(lab, lab.job_task(IDLE))
    first = int(lab.client.jobs.run_now(job_id).run_id)
    second = run(lab, job_id)
    assert (second.state.life_cycle_state.value, second.state.result_state.value) == (
        "SKIPPED",
        "MAXIMUM_CONCURRENT_RUNS_REACHED",
    )
    assert second.status.termination_details.code.value == "MAX_CONCURRENT_RUNS_EXCEEDED"
    lab.client.jobs.cancel_run(first)
    lab.ended(first)


def test_a_run_that_may_queue_waits_for_its_turn(lab: Lab) -> None:
    job_id = create(lab, lab.job_task(IDLE), queue=QueueSettings(enabled=True))
    first, second, third = (int(lab.client.jobs.run_now(job_id).run_id) for _ in range(3))
    waiting = lab.client.jobs.get_run(second)
    assert waiting.state.life_cycle_state.value == waiting.status.state.value == "QUEUED"
    assert waiting.state.queue_reason == "Queued due to reaching maximum concurrent runs of 1."
    assert waiting.status.queue_details.code.value == "MAX_CONCURRENT_RUNS_REACHED"
    lab.client.jobs.cancel_run(first)
    lab.reaching(second, "RUNNING")
    assert lab.client.jobs.get_run(third).state.life_cycle_state.value == "QUEUED"
    lab.client.jobs.cancel_all_runs(job_id=job_id)
    assert {lab.ended(run_id).state.result_state.value for run_id in (first, second, third)} == {"CANCELED"}


def test_a_job_may_run_side_by_side_as_often_as_it_says(lab: Lab) -> None:
    job_id = create(lab, lab.job_task("pass"), max_concurrent_runs=3)
    ids = [int(lab.client.jobs.run_now(job_id).run_id) for _ in range(3)]
    assert {lab.ended(run_id).state.result_state.value for run_id in ids} == {"SUCCESS"}


def test_the_same_idempotency_token_gives_the_same_run_of_a_job(lab: Lab) -> None:
    job_id = create(lab, lab.job_task("pass"))
    first = lab.client.jobs.run_now(job_id, idempotency_token="of a job").run_id
    assert lab.client.jobs.run_now(job_id, idempotency_token="of a job").run_id == first
    lab.ended(int(first))


def test_a_job_without_tasks_cannot_run(lab: Lab) -> None:
    with pytest.raises(InvalidParameterValue, match="has no tasks to run"):
        lab.client.jobs.run_now(create(lab, name="empty"))


def test_runs_are_found_by_job_kind_and_time(lab: Lab) -> None:
    job_id = create(lab, lab.job_task("pass"))
    first, second = run(lab, job_id), run(lab, job_id)
    submitted = lab.run("pass").run_id

    def found(**filters: Any) -> list[int]:
        return [one["run_id"] for one in lab.raw.get("/api/2.2/jobs/runs/list", params=filters).json()["runs"]]

    assert found(job_id=job_id) == [second.run_id, first.run_id]
    assert found(job_id=job_id, start_time_to=first.start_time) == [first.run_id]
    assert found(job_id=job_id, start_time_from=first.start_time + 1) == [second.run_id]
    assert submitted in found(run_type="SUBMIT_RUN")
    assert second.run_id not in found(run_type="SUBMIT_RUN")
    assert found(run_type="WORKFLOW_RUN") == []


def test_a_page_of_runs_goes_on_where_it_ended_when_new_ones_come_in(lab: Lab) -> None:
    job_id = create(lab, lab.job_task("pass"))
    old = [int(run(lab, job_id).run_id) for _ in range(3)]
    path, query = "/api/2.2/jobs/runs/list", {"job_id": job_id, "limit": 2}
    first = lab.raw.get(path, params=query).json()
    run(lab, job_id)
    second = lab.raw.get(path, params={**query, "page_token": first["next_page_token"]}).json()
    assert [one["run_id"] for one in second["runs"]] == [old[0]]


def test_a_job_of_a_serverless_environment_runs(lab: Lab) -> None:
    path = lab.upload(wheel(PRINT_ARGUMENTS), "sample-1.0-py3-none-any.whl")
    environment = JobEnvironment("default", Environment(environment_version="3", dependencies=[path]))
    task = Task(
        "only", python_wheel_task=PythonWheelTask("sample", "main", parameters=["x"]), environment_key="default"
    )
    job_id = create(lab, task, environments=[environment])
    assert json.loads(lab.printed(run(lab, job_id))) == ["x"]
