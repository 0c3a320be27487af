"""What may run after what, and what the tasks make of their run. Pure functions over states."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from local_workspace.jobs.records import TaskRun
from local_workspace.jobs.specification import RunIf, Task
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
    if blocked.task.disabled:
        return Event.DISABLED
    before = [dependency.task_key for dependency in blocked.task.depends_on]
    upstream = [newest[key].state for key in before if key in newest]
    if not all(state.is_final for state in upstream):
        return None
    # A disabled task is as if it were not there.
    results = [state.result for state in upstream if state.result is not Result.DISABLED]
    return _verdict(blocked.task.run_if, results)


def _verdict(run_if: RunIf, results: Sequence[Result | None]) -> Event:
    good = sum(result in _GOOD for result in results)
    bad = sum(result in _BAD for result in results)
    canceled = any(result in _CANCELED for result in results)
    allowed = {
        RunIf.ALL_SUCCESS: good == len(results),
        RunIf.AT_LEAST_ONE_SUCCESS: good > 0 or not results,
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


def is_good(state: State) -> bool:
    """Whether a task that has ended need not be repaired."""
    return state.result not in _BAD | _CANCELED


def with_dependents(keys: Collection[str], tasks: Iterable[Task]) -> set[str]:
    """These tasks and all that come after them."""
    return _reached(keys, {task.task_key: {before.task_key for before in task.depends_on} for task in tasks})


def chosen_by(choice: str, tasks: Iterable[Task]) -> set[str]:
    """The tasks that `a`, `+a` (with all before it), `a+` (with all after it) or `+a+` mean; none if `a` is none."""
    before = {task.task_key: {one.task_key for one in task.depends_on} for task in tasks}
    after = {key: {other for other, upstream in before.items() if key in upstream} for key in before}
    chosen = {choice.strip("+")} & set(before)
    downstream = _reached(chosen, before) if choice.endswith("+") else chosen
    upstream = _reached(chosen, after) if choice.startswith("+") else chosen
    return downstream | upstream


def _reached(keys: Collection[str], leads_from: Mapping[str, Collection[str]]) -> set[str]:
    """The keys, and whatever any of them leads to; `leads_from` has, by key, from where it is led to."""
    reached = set(keys)
    while more := {key for key, origins in leads_from.items() if reached & set(origins)} - reached:
        reached |= more
    return reached


def rolled_up(newest: Mapping[str, TaskRun], *, timed_out: bool = False) -> State:
    """The state of a run by the newest attempts at its tasks, and by whether it has taken longer than it may."""
    states = [run.state for run in newest.values()]
    if all(state.is_final for state in states):
        return _ended(newest, timed_out=timed_out)
    if any(state.life_cycle is LifeCycle.RUNNING for state in states):
        return State(life_cycle=LifeCycle.RUNNING)
    by_life_cycle = {state.life_cycle: state for state in states}
    if LifeCycle.TERMINATING in by_life_cycle:
        return by_life_cycle[LifeCycle.TERMINATING]
    if any(state.is_final for state in states):
        return State(life_cycle=LifeCycle.RUNNING)
    for candidate in (LifeCycle.PENDING, LifeCycle.WAITING_FOR_RETRY, LifeCycle.QUEUED):
        if candidate in by_life_cycle:
            return by_life_cycle[candidate]
    return State(life_cycle=LifeCycle.PENDING)


def _ended(newest: Mapping[str, TaskRun], *, timed_out: bool) -> State:
    """Leaves decide: a failure that a later task made good leaves a success with failures."""
    for decisive in (_skipped, _broken, _canceled, *([_timed_out] if timed_out else []), _failed):
        state = decisive(newest)
        if state is not None:
            return state
    mixed = any(run.state.result in _BAD for run in newest.values())
    result = Result.SUCCESS_WITH_FAILURES if mixed else Result.SUCCESS
    return State(life_cycle=LifeCycle.TERMINATED, result=result, code=result, kind="SUCCESS")


def _skipped(newest: Mapping[str, TaskRun]) -> State | None:
    return next((run.state for run in newest.values() if run.state.life_cycle is LifeCycle.SKIPPED), None)


def _timed_out(newest: Mapping[str, TaskRun]) -> State | None:
    return next((run.state for run in newest.values() if run.state.result is Result.TIMEDOUT), None)


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
    bad = [run for run in newest.values() if run.state.result in _BAD]
    # A repair can leave a task behind whose upstream has been mended: then that task is the cause itself.
    cause = next((run for run in bad if run.state.result is not Result.UPSTREAM_FAILED), bad[0])
    skipped = any(run.state.result is Result.UPSTREAM_FAILED for run in newest.values())
    return State(
        life_cycle=LifeCycle.INTERNAL_ERROR,
        result=Result.FAILED,
        code=cause.state.code,
        kind=cause.state.kind,
        message=f"Task {cause.key} failed with message: {cause.state.message}"
        + (" This caused all downstream tasks to get skipped." if skipped else ""),
    )
