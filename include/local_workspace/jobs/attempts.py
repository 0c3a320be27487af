"""Making attempts at tasks. Pure: ids and the time are given."""

from collections.abc import Callable, Iterable

from local_workspace.jobs.parameters import effective_task
from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.specification import Task
from local_workspace.jobs.states import LifeCycle, State


def first_attempts(
    run: JobRun, tasks: Iterable[Task], new_id: Callable[[], int], now: int, earlier: Iterable[TaskRun] = ()
) -> list[TaskRun]:
    """One attempt at each task, blocked until its turn comes; `earlier` are those that a repair repeats."""
    counts = _counts(earlier)
    return [_attempt(run, task, new_id(), now, counts.get(task.task_key, 0)) for task in tasks]


def next_attempt(run: JobRun, failed: TaskRun, new_id: int, now: int, earlier: Iterable[TaskRun]) -> TaskRun:
    """The retry of an attempt that failed."""
    task = next(task for task in run.settings.tasks if task.task_key == failed.key)
    return _attempt(run, task, new_id, now, _counts(earlier)[failed.key]).model_copy(
        update={
            "attempt": failed.attempt + 1,
            "original_id": failed.original_id or failed.run_id,
            "state": State(life_cycle=LifeCycle.WAITING_FOR_RETRY),
        }
    )


def _attempt(run: JobRun, task: Task, run_id: int, now: int, made: int) -> TaskRun:
    return TaskRun(
        run_id=run_id,
        parent_id=run.run_id,
        task=effective_task(task, run, run_id, made + 1),
        repair_id=run.repair_id,
        started=now,
    )


def _counts(attempts: Iterable[TaskRun]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for attempt in attempts:
        counts[attempt.key] = counts.get(attempt.key, 0) + 1
    return counts
