"""The state of all runs and what may be done to it. Knows neither HTTP nor processes."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from local_workspace.errors import InvalidParameterError
from local_workspace.jobs import graph
from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.specification import RunSettings
from local_workspace.jobs.states import NOT_STARTED, Event, LifeCycle, State, moved
from local_workspace.jobs.store import RunStore

MULTIPLE_TASKS = (
    "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of each individual "
    "task run instead."
)
_RETRIED = {Event.FAILED, Event.LIBRARY_MISSING}


def _ignore(_attempt: TaskRun) -> None:
    """Nobody listens yet."""


@dataclass
class Listener:
    """Who carries runs out, told of every attempt that may go ahead, and of every run that begins."""

    run_began: Callable[[JobRun], None] = lambda _run: None
    queued: Callable[[TaskRun], None] = _ignore
    waiting_for_retry: Callable[[TaskRun], None] = _ignore
    stop_asked: Callable[[TaskRun], None] = _ignore


@dataclass
class RunBackend:
    """Runs by id, and the one place where their states change."""

    store: RunStore
    listener: Listener = field(default_factory=Listener)

    def submit(self, name: str, settings: RunSettings, token: str | None = None) -> JobRun:
        """Begin a run, or return the one that was begun with the same idempotency token.

        Raises:
            InvalidParameterError: the run of that token has been deleted.
        """
        if token and (known := self.store.run_of_token(token)):
            return self._still_there(known, token)
        return self.begin(name, settings, token=token)

    def _still_there(self, run_id: int, token: str) -> JobRun:
        run = self.store.run(run_id)
        if run is None:
            raise InvalidParameterError(f"The run of the idempotency token '{token}' has been deleted.")
        return run

    def begin(self, name: str, settings: RunSettings, *, job_id: int | None = None, token: str | None = None) -> JobRun:
        run = JobRun(
            run_id=self.store.new_id(),
            job_id=job_id or self.store.new_id(),
            name=name,
            settings=settings,
            is_of_job=job_id is not None,
            started=_now(),
        )
        run.number_in_job = run.run_id
        attempts = [
            TaskRun(run_id=self.store.new_id(), parent_id=run.run_id, task=task, started=run.started)
            for task in settings.tasks
        ]
        self.store.add(run, attempts, token)
        self.listener.run_began(run)
        self._advance(run.run_id)
        return self.run(run.run_id)

    def run(self, run_id: int) -> JobRun:
        """Return a run by its own id.

        Raises:
            InvalidParameterError: no run has the id.
        """
        run = self.store.run(run_id)
        if run is None:
            raise InvalidParameterError(f"Run {run_id} does not exist.")
        return run

    def attempt(self, run_id: int) -> TaskRun:
        """Return an attempt at a task by its own id.

        Raises:
            InvalidParameterError: no run has the id, or it is the parent of several tasks.
        """
        attempt = self.store.attempt(run_id)
        if attempt is not None:
            return attempt
        attempts = self.store.attempts(self.run(run_id).run_id)
        raise InvalidParameterError(MULTIPLE_TASKS if attempts else f"Run {run_id} does not exist.")

    def family(self, run_id: int) -> JobRun:
        """The run with this id, or the one whose task has it."""
        attempt = self.store.attempt(run_id)
        return self.run(attempt.parent_id if attempt else run_id)

    def happened(self, run_id: int, event: Event, message: str = "", error: str = "", trace: str = "") -> TaskRun:
        """Record what has happened to an attempt, and let follow what follows from it."""
        attempt = self._move(self.attempt(run_id), event, message, error, trace)
        if event in _RETRIED or (event is Event.TIMED_OUT and attempt.task.retry_on_timeout):
            self._retry(attempt)
        self._advance(attempt.parent_id)
        return attempt

    def _move(self, attempt: TaskRun, event: Event, message: str = "", error: str = "", trace: str = "") -> TaskRun:
        changes: dict[str, object] = {"state": moved(attempt.state, event, message), "error": error, "trace": trace}
        changes |= _times(event, attempt)
        changed = attempt.model_copy(update=changes)
        self.store.put_attempt(changed)
        return changed

    def _retry(self, failed: TaskRun) -> None:
        run = self.run(failed.parent_id)
        allowed = failed.task.max_retries
        if run.cancel_asked or run.timed_out or (allowed != -1 and failed.attempt >= allowed):
            return
        again = TaskRun(
            run_id=self.store.new_id(),
            parent_id=failed.parent_id,
            task=failed.task,
            attempt=failed.attempt + 1,
            repair_id=failed.repair_id,
            state=State(life_cycle=LifeCycle.WAITING_FOR_RETRY),
            started=_now(),
        )
        self.store.put_attempt(again)
        self.listener.waiting_for_retry(again)

    def _advance(self, run_id: int) -> None:
        """Release the tasks whose turn it is, until nothing moves any more; then sum the run up."""
        while released := self._release(graph.latest(self.store.attempts(run_id))):
            for attempt in released:
                if attempt.state.life_cycle is LifeCycle.QUEUED:
                    self.listener.queued(attempt)
        self._sum_up(run_id)

    def _release(self, newest: dict[str, TaskRun]) -> list[TaskRun]:
        blocked = [attempt for attempt in newest.values() if attempt.state.life_cycle is LifeCycle.BLOCKED]
        return [self._move(attempt, event) for attempt in blocked if (event := graph.release(attempt, newest))]

    def _sum_up(self, run_id: int) -> None:
        run = self.run(run_id)
        state = graph.rolled_up(graph.latest(self.store.attempts(run_id)))
        if state == run.state:
            return
        run.state = state
        run.ended = _now() if state.is_final else 0
        self.store.put_run(run)

    def cancel(self, run_id: int) -> None:
        """Cancel a run; one that has ended stays as it is."""
        run = self.family(run_id)
        if run.state.is_final:
            return
        run.cancel_asked = True
        self.store.put_run(run)
        self._stop(run.run_id, Event.CANCELED, Event.CANCEL_ASKED, "Run cancelled.")

    def time_out(self, run_id: int) -> None:
        """End a run that has taken longer than it may."""
        run = self.run(run_id)
        if run.state.is_final:
            return
        run.timed_out = True
        self.store.put_run(run)
        self._stop(run_id, Event.TIMED_OUT, None, f"Run timed out after {run.settings.timeout_seconds} seconds.")

    def _stop(self, run_id: int, waiting: Event, running: Event | None, message: str) -> None:
        for attempt in graph.latest(self.store.attempts(run_id)).values():
            if attempt.state.life_cycle in NOT_STARTED:
                self._move(attempt, waiting, message)
            elif attempt.state.life_cycle is LifeCycle.RUNNING:
                self.listener.stop_asked(self._move(attempt, running) if running else attempt)
        self._sum_up(run_id)

    def cancel_all(self, runs: Iterable[JobRun]) -> None:
        for run in runs:
            self.cancel(run.run_id)

    def delete(self, run_id: int) -> list[int]:
        """Forget a run that has ended; return the ids of its task runs, whose files can go.

        Raises:
            InvalidParameterError: it is active, or unknown.
        """
        run = self.family(run_id)
        if not run.state.is_final:
            raise InvalidParameterError(f"Run {run_id} is still active. Cancel it before deleting it.")
        ids = [attempt.run_id for attempt in self.store.attempts(run.run_id)]
        self.store.delete(run.run_id)
        return ids

    def give_up(self, message: str) -> list[int]:
        """End what was active when the workspace died; return the ids of the task runs."""
        lost: list[int] = []
        for run in self.store.active_runs():
            active = [attempt for attempt in self.store.attempts(run.run_id) if not attempt.state.is_final]
            lost += [self._move(attempt, Event.BROKE, message).run_id for attempt in active]
            self._sum_up(run.run_id)
        return lost


def _times(event: Event, attempt: TaskRun) -> dict[str, object]:
    if event is Event.STARTED:
        return {"execution_started": _now()}
    if moved(attempt.state, event).is_final:
        return {"ended": _now()}
    return {}


def _now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
