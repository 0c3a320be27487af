"""What may run after what, and what the tasks make of their run. Pure functions over states."""

from collections.abc import Iterable, Mapping

from local_workspace.jobs.records import TaskRun
from local_workspace.jobs.specification import RunIf
from local_workspace.jobs.states import Event, LifeCycle, Result, State

_GOOD = {Result.SUCCESS, Result.SUCCESS_WITH_FAILURES}
_BAD = {Result.FAILED, Result.TIMEDOUT, Result.UPSTREAM_FAILED}
_CANCELED = {Result.CANCELED, Result.UPSTREAM_CANCELED}


def latest(attempts: Iterable[TaskRun]) -> dict[str, TaskRun]:
    """The newest attempt of each task, by key."""
    newest: dict[str, TaskRun] = {}
    for attempt in sorted(attempts, key=lambda run: (run.repair_id, run.attempt)):
        newest[attempt.key] = attempt
    return newest


def release(blocked: TaskRun, newest: Mapping[str, TaskRun]) -> Event | None:
    """What becomes of a blocked task now: it may run, it never will, or (None) it has to wait."""
    upstream = [newest[dependency.task_key].state for dependency in blocked.task.depends_on]
    if not all(state.is_final for state in upstream):
        return None
    return _verdict(blocked.task.run_if, [state.result for state in upstream])


def _verdict(run_if: RunIf, results: list[Result | None]) -> Event:
    good = sum(result in _GOOD for result in results)
    bad = sum(result in _BAD for result in results)
    canceled = any(result in _CANCELED for result in results)
    allowed = {
        RunIf.ALL_SUCCESS: good == len(results),
        RunIf.AT_LEAST_ONE_SUCCESS: good > 0,
        RunIf.NONE_FAILED: bad == 0 and not canceled and (good > 0 or not results),
        RunIf.ALL_DONE: True,
        RunIf.AT_LEAST_ONE_FAILED: bad > 0,
        RunIf.ALL_FAILED: bad == len(results) > 0,
    }
    if allowed[run_if]:
        return Event.UNBLOCKED
    if run_if in {RunIf.AT_LEAST_ONE_FAILED, RunIf.ALL_FAILED}:
        return Event.EXCLUDED
    if canceled:
        return Event.UPSTREAM_CANCELED
    return Event.UPSTREAM_FAILED if bad else Event.EXCLUDED


def rolled_up(newest: Mapping[str, TaskRun]) -> State:
    """The state of a run by the newest attempts at its tasks."""
    states = [run.state for run in newest.values()]
    if all(state.is_final for state in states):
        return _ended(newest)
    if any(state.life_cycle is LifeCycle.RUNNING or state.is_final for state in states):
        return State(life_cycle=LifeCycle.RUNNING)
    for candidate in (LifeCycle.TERMINATING, LifeCycle.PENDING, LifeCycle.WAITING_FOR_RETRY, LifeCycle.QUEUED):
        if any(state.life_cycle is candidate for state in states):
            return State(life_cycle=candidate)
    return State(life_cycle=LifeCycle.PENDING)


def _ended(newest: Mapping[str, TaskRun]) -> State:
    """Leaves decide: a failure that a later task made good leaves a success with failures."""
    for decisive in (_broken, _canceled, _failed):
        state = decisive(newest)
        if state is not None:
            return state
    mixed = any(run.state.result in _BAD for run in newest.values())
    result = Result.SUCCESS_WITH_FAILURES if mixed else Result.SUCCESS
    return State(life_cycle=LifeCycle.TERMINATED, result=result, code=result, kind="SUCCESS")


def _broken(newest: Mapping[str, TaskRun]) -> State | None:
    return next((run.state for run in newest.values() if run.state.life_cycle is LifeCycle.INTERNAL_ERROR), None)


def _canceled(newest: Mapping[str, TaskRun]) -> State | None:
    canceled = next((run.state for run in newest.values() if run.state.result is Result.CANCELED), None)
    if canceled is None:
        return None
    return canceled.model_copy(update={"message": canceled.message or "Run cancelled."})


def _failed(newest: Mapping[str, TaskRun]) -> State | None:
    upstream = {before.task_key for run in newest.values() for before in run.task.depends_on}
    if not any(run.state.result in _BAD for key, run in newest.items() if key not in upstream):
        return None
    cause = next(run for run in newest.values() if run.state.result in {Result.FAILED, Result.TIMEDOUT})
    skipped = any(run.state.result is Result.UPSTREAM_FAILED for run in newest.values())
    return State(
        life_cycle=LifeCycle.INTERNAL_ERROR,
        result=Result.FAILED,
        code=cause.state.code,
        kind=cause.state.kind,
        message=f"Task {cause.key} failed with message: {cause.state.message}"
        + (" This caused all downstream tasks to get skipped." if skipped else ""),
    )
