"""How runs end, in every word that the API has for it."""

from dataclasses import dataclass

import pytest
from databricks.sdk.service.jobs import Run, RunIf, RunTask
from tests.local_workspace.support import IDLE, Lab, after, wait_until

FAIL = "raise ValueError"


@dataclass(frozen=True)
class End:
    """A state with the status that goes with it."""

    life_cycle: str
    result: str
    code: str
    kind: str


SUCCESS = End("TERMINATED", "SUCCESS", "SUCCESS", "SUCCESS")
MENDED = End("TERMINATED", "SUCCESS_WITH_FAILURES", "SUCCESS_WITH_FAILURES", "SUCCESS")
FAILED = End("TERMINATED", "FAILED", "RUN_EXECUTION_ERROR", "CLIENT_ERROR")
FAILED_RUN = End("INTERNAL_ERROR", "FAILED", "RUN_EXECUTION_ERROR", "CLIENT_ERROR")
NO_LIBRARY = End("TERMINATED", "FAILED", "LIBRARY_INSTALLATION_ERROR", "CLIENT_ERROR")
NO_LIBRARY_RUN = End("INTERNAL_ERROR", "FAILED", "LIBRARY_INSTALLATION_ERROR", "CLIENT_ERROR")
TIMED_OUT = End("TERMINATED", "TIMEDOUT", "CANCELED", "CLIENT_ERROR")
TIMED_OUT_TASK_RUN = End("INTERNAL_ERROR", "FAILED", "CANCELED", "CLIENT_ERROR")
CANCELED = End("TERMINATED", "CANCELED", "USER_CANCELED", "CLIENT_ERROR")
UPSTREAM_FAILED = End("TERMINATED", "UPSTREAM_FAILED", "SKIPPED", "CLIENT_ERROR")
EXCLUDED = End("TERMINATED", "EXCLUDED", "SKIPPED", "SUCCESS")


def end(shown: Run | RunTask) -> End:
    """The end of a run, or of a task."""
    details = shown.status.termination_details
    assert shown.status.state.value == "TERMINATED"
    state = shown.state
    return End(state.life_cycle_state.value, state.result_state.value, details.code.value, details.type.value)


def ends(run: Run) -> list[End]:
    return [end(run), *(end(task) for task in run.tasks)]


@pytest.mark.parametrize(
    ("source", "of_run", "of_task"),
    [("pass", SUCCESS, SUCCESS), (FAIL, FAILED_RUN, FAILED)],
    ids=["success", "failure"],
)
def test_a_run_of_one_task_ends_by_it(lab: Lab, source: str, of_run: End, of_task: End) -> None:
    assert ends(lab.run(source)) == [of_run, of_task]


@pytest.mark.parametrize(
    ("run_if", "of_run", "of_task"),
    [
        (RunIf.ALL_SUCCESS, FAILED_RUN, UPSTREAM_FAILED),
        (RunIf.AT_LEAST_ONE_SUCCESS, FAILED_RUN, UPSTREAM_FAILED),
        (RunIf.NONE_FAILED, FAILED_RUN, UPSTREAM_FAILED),
        (RunIf.ALL_DONE, MENDED, SUCCESS),
        (RunIf.AT_LEAST_ONE_FAILED, MENDED, SUCCESS),
        (RunIf.ALL_FAILED, MENDED, SUCCESS),
    ],
    ids=lambda value: value.value if isinstance(value, RunIf) else "",
)
def test_what_follows_a_failure_goes_by_its_condition(lab: Lab, run_if: RunIf, of_run: End, of_task: End) -> None:
    following = after("first", lab.task("pass", key="second", run_if=run_if))
    run = lab.ended(lab.submit(lab.task(FAIL, key="first"), following))
    assert ends(run) == [of_run, FAILED, of_task]


def test_what_was_meant_for_a_failure_is_excluded_after_a_success(lab: Lab) -> None:
    following = after("first", lab.task("pass", key="second", run_if=RunIf.ALL_FAILED))
    run = lab.ended(lab.submit(lab.task("pass", key="first"), following))
    assert ends(run) == [SUCCESS, SUCCESS, EXCLUDED]


def test_a_failure_says_which_task_and_what_it_kept_from_running(lab: Lab) -> None:
    run = lab.ended(lab.submit(lab.task(FAIL, key="first"), after("first", lab.task("pass", key="second"))))
    assert run.state.state_message == (
        "Task first failed with message: Workload failed, see run output for details. This caused all downstream tasks "
        "to get skipped."
    )


def test_cancelling_ends_what_runs_and_what_waits(lab: Lab) -> None:
    run_id = lab.submit(lab.task(IDLE, key="first"), after("first", lab.task("pass", key="second")))
    lab.reaching(run_id, "RUNNING")
    assert [task.state.life_cycle_state.value for task in lab.client.jobs.get_run(run_id).tasks][1] == "BLOCKED"
    lab.client.jobs.cancel_run(run_id)
    run = lab.ended(run_id)
    assert ends(run) == [CANCELED] * 3
    assert run.state.user_cancelled_or_timedout


def test_a_run_that_takes_too_long_is_timed_out(lab: Lab) -> None:
    run = lab.ended(lab.submit(lab.task(IDLE), timeout_seconds=1))
    assert ends(run) == [TIMED_OUT] * 2
    assert run.state.user_cancelled_or_timedout


def test_a_task_that_takes_too_long_fails_its_run(lab: Lab) -> None:
    run = lab.run(IDLE, timeout_seconds=1)
    assert ends(run) == [TIMED_OUT_TASK_RUN, TIMED_OUT]
    assert "timed out after 1 seconds" in run.tasks[0].state.state_message


def test_a_missing_file_is_a_failure_before_the_start(lab: Lab) -> None:
    task = lab.task("pass")
    task.spark_python_task.python_file = "/Volumes/main/default/tests/absent.py"
    run = lab.ended(lab.submit(task))
    assert ends(run) == [NO_LIBRARY_RUN, NO_LIBRARY]
    assert run.tasks[0].execution_duration == 0


def test_a_disabled_task_is_as_if_it_were_not_there(lab: Lab) -> None:
    run = lab.ended(
        lab.submit(lab.task(FAIL, key="first", disabled=True), after("first", lab.task("pass", key="second")))
    )
    assert [task.state.result_state.value for task in run.tasks] == ["DISABLED", "SUCCESS"]
    assert end(run) == SUCCESS


def test_a_retry_waits_as_long_as_it_has_to(lab: Lab) -> None:
    run_id = lab.submit(lab.task(FAIL, max_retries=1, min_retry_interval_millis=3_600_000))
    wait_until(lambda: len(lab.client.jobs.get_run(run_id).tasks) == 2, "the retry")
    waiting = lab.client.jobs.get_run(run_id)
    assert waiting.state.life_cycle_state.value == waiting.tasks[1].state.life_cycle_state.value == "WAITING_FOR_RETRY"
    assert waiting.status.state.value == "WAITING"
    lab.client.jobs.cancel_run(run_id)
    assert ends(lab.ended(run_id)) == [CANCELED, FAILED, CANCELED]


def test_retries_are_counted_and_name_the_first_attempt(lab: Lab) -> None:
    run = lab.ended(lab.submit(lab.task(FAIL, max_retries=1)))
    assert [one.attempt_number for one in run.tasks] == [0, 1]
    second = lab.client.jobs.get_run(run.tasks[1].run_id)
    assert second.original_attempt_run_id == run.tasks[0].run_id
    assert ends(run) == [FAILED_RUN, FAILED, FAILED]


def test_a_retry_that_succeeds_makes_the_run_a_success(lab: Lab) -> None:
    run_id = lab.submit(lab.task("import sys; assert int(sys.argv[1]) > 0", "{{task_retry_count}}", max_retries=1))
    assert ends(lab.ended(run_id)) == [SUCCESS, FAILED, SUCCESS]
