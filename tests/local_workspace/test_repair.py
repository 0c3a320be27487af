"""A run that has ended gets a second go at some of its tasks, within the same run."""

from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.jobs import JobParameterDefinition, JobSettings, Run, TaskDependency
from tests.local_workspace.clients import client_of
from tests.local_workspace.support import IDLE, VOLUME, Lab

FAIL_UNTIL_MENDED = f"""
    import sys
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.errors import NotFound
    print(*sys.argv[1:])
    try:
        WorkspaceClient().files.get_metadata('{VOLUME}/' + sys.argv[1])
    except NotFound:
        raise ValueError('not mended')
"""


@pytest.fixture(scope="module")
def failed(lab: Lab) -> Run:
    """A run that has failed, for requests that leave it as it is."""
    return lab.run("raise ValueError")


@pytest.fixture
def broken(lab: Lab, request: pytest.FixtureRequest) -> Run:
    """A run of three tasks in a row whose second has failed, until the file of the test's name is there."""
    second = lab.job_task(FAIL_UNTIL_MENDED, request.node.name, key="second")
    third = lab.job_task("pass", key="third")
    second.depends_on, third.depends_on = [TaskDependency("first")], [TaskDependency("second")]
    job_id = lab.client.jobs.create(tasks=[lab.job_task("pass", key="first"), second, third]).job_id
    return lab.ended(int(lab.client.jobs.run_now(job_id).run_id))


@pytest.fixture
def mended(lab: Lab, broken: Run, request: pytest.FixtureRequest) -> Run:
    lab.raw.put(f"/api/2.0/fs/files{VOLUME}/{request.node.name}", content=b"").raise_for_status()
    return broken


def repaired(lab: Lab, run: Run, **asked: Any) -> Run:
    lab.client.jobs.repair_run(run.run_id, **asked)
    lab.ended(int(run.run_id))
    return lab.client.jobs.get_run(run.run_id, include_history=True)


def keys_of(run: Run, repair: int) -> set[str]:
    """The tasks that a repair ran, by its place in the history."""
    ids = run.repair_history[repair].task_run_ids
    return {task.task_key for task in run.tasks if task.run_id in ids}


def test_failed_tasks_and_what_they_kept_from_running_are_run_again(lab: Lab, mended: Run) -> None:
    run = repaired(lab, mended, rerun_all_failed_tasks=True)
    assert (run.run_id, run.state.result_state.value) == (mended.run_id, "SUCCESS")
    assert [item.type.value for item in run.repair_history] == ["ORIGINAL", "REPAIR"]
    assert [item.state.result_state.value for item in run.repair_history] == ["FAILED", "SUCCESS"]
    assert (keys_of(run, 0), keys_of(run, 1)) == ({"first", "second", "third"}, {"second", "third"})


def test_the_duration_leaves_out_the_time_between_the_end_and_the_repair(lab: Lab, mended: Run) -> None:
    run = repaired(lab, mended, rerun_all_failed_tasks=True)
    assert run.run_duration == sum(item.end_time - item.start_time for item in run.repair_history)
    assert (run.start_time, run.end_time) == (mended.start_time, run.repair_history[1].end_time)


def test_named_tasks_are_run_again_alone(lab: Lab, mended: Run) -> None:
    run = repaired(lab, mended, rerun_tasks=["second"])
    assert keys_of(run, 1) == {"second"}
    assert run.state.result_state.value == "FAILED"  # what came after it was left as it was


def test_dependents_are_run_again_on_demand_even_if_they_succeeded(lab: Lab, mended: Run) -> None:
    run = repaired(lab, mended, rerun_tasks=["first"], rerun_dependent_tasks=True)
    assert keys_of(run, 1) == {"first", "second", "third"}
    assert run.state.result_state.value == "SUCCESS"


def test_a_later_repair_has_to_name_the_one_before(lab: Lab, broken: Run) -> None:
    first = lab.client.jobs.repair_run(broken.run_id, rerun_all_failed_tasks=True).response.repair_id
    lab.ended(int(broken.run_id))
    with pytest.raises(InvalidParameterValue, match=f"latest_repair_id must be {first}"):
        lab.client.jobs.repair_run(broken.run_id, rerun_all_failed_tasks=True)
    run = repaired(lab, broken, rerun_all_failed_tasks=True, latest_repair_id=first)
    assert [item.id for item in run.repair_history][:2] == [None, first]
    with client_of(lab.server, "hook") as client:
        assert client.hook.get_latest_repair_id(int(broken.run_id)) == run.repair_history[-1].id


def test_a_repair_goes_by_the_settings_that_the_job_has_now(lab: Lab, broken: Run) -> None:
    better = lab.job_task("print('better')", key="second", depends_on=[TaskDependency("first")])
    lab.client.jobs.update(broken.job_id, new_settings=JobSettings(tasks=[better]))
    run = repaired(lab, broken, rerun_all_failed_tasks=True)
    assert run.state.result_state.value == "SUCCESS"
    assert lab.output(run, "second").logs == "better\n"


def test_a_repair_can_be_given_other_parameters(lab: Lab) -> None:
    task = lab.job_task("import sys; print(*sys.argv[1:]); raise ValueError", "{{job.parameters.day}}")
    parameters = [JobParameterDefinition("day", "monday")]
    job_id = lab.client.jobs.create(tasks=[task], parameters=parameters).job_id
    failed = lab.ended(int(lab.client.jobs.run_now(job_id, python_params=["{{job.parameters.day}}", "once"]).run_id))
    run = repaired(lab, failed, rerun_all_failed_tasks=True, job_parameters={"day": "friday"})
    assert str(lab.output(run).logs).startswith("friday once\n")
    assert run.job_parameters[0].value == "friday"
    latest = run.repair_history[-1].id
    run = repaired(lab, failed, rerun_all_failed_tasks=True, python_params=["given"], latest_repair_id=latest)
    assert str(lab.output(run).logs).startswith("given\n")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "has no task to be repaired"),
        ({"rerun_tasks": ["absent"]}, "Task 'absent' of rerun_tasks is not a task of run"),
        (
            {"rerun_tasks": ["first"], "rerun_all_failed_tasks": True},
            "Only one of rerun_tasks or rerun_all_failed_tasks",
        ),
    ],
    ids=["nothing", "unknown", "both"],
)
def test_a_repair_that_cannot_be_is_refused(lab: Lab, failed: Run, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidParameterValue, match=said):
        lab.client.jobs.repair_run(failed.run_id, **asked)
    assert len(lab.client.jobs.get_run(failed.run_id).tasks) == 1


def test_an_active_run_cannot_be_repaired(lab: Lab) -> None:
    run_id = lab.submit(lab.task(IDLE))
    with pytest.raises(InvalidParameterValue, match="is still active"):
        lab.client.jobs.repair_run(run_id, rerun_tasks=["only"])
    lab.client.jobs.cancel_run(run_id)
    lab.ended(run_id)
