"""What follows from what: the one place where the states of runs and of their tasks change."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from local_workspace.jobs import graph
from local_workspace.jobs.attempts import next_attempt
from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.states import NOT_STARTED, Event, LifeCycle, State, moved
from local_workspace.jobs.store import RunStore

_RETRIED = {Event.FAILED, Event.LIBRARY_MISSING}


def _ignore(_told: object) -> None:
    """Nobody listens yet."""


@dataclass
class Listener:
    """Who carries runs out, told of every attempt that may go ahead, and of runs and repairs that begin and end."""

    run_began: Callable[[JobRun], None] = _ignore
    run_ended: Callable[[JobRun], None] = _ignore
    queued: Callable[[TaskRun], None] = _ignore
    waiting_for_retry: Callable[[TaskRun], None] = _ignore
    stop_asked: Callable[[TaskRun], None] = _ignore


@dataclass
class Progress:
    """Moves attempts, and lets follow what follows: other tasks' turns, retries, the end of the run, the next run."""

    store: RunStore
    listener: Listener = field(default_factory=Listener)

    def enter(self, run: JobRun) -> None:
        """Begin a new run if its job has room for one more; else let it wait for its turn, or skip it."""
        if self._has_room(run):
            self.begin(run)
        elif run.may_queue:
            self._let_wait(run)
        else:
            message = f"Skipped: {run.max_concurrent_runs} runs of the job are active, and no more may be."
            self._move_all(run.run_id, Event.NO_ROOM, message)

    def _has_room(self, run: JobRun) -> bool:
        if run.max_concurrent_runs is None:
            return True
        active = self.store.runs_of_job(run.job_id, active_only=True)
        others = [other for other in active if other.run_id != run.run_id and not other.is_waiting_for_turn]
        return len(others) < run.max_concurrent_runs

    def _let_wait(self, run: JobRun) -> None:
        run.is_waiting_for_turn = True
        run.state = State(
            life_cycle=LifeCycle.QUEUED,
            code="MAX_CONCURRENT_RUNS_REACHED",
            message=f"Queued due to reaching maximum concurrent runs of {run.max_concurrent_runs}.",
        )
        self.store.put_run(run)

    def begin(self, run: JobRun) -> None:
        """Let a run, or the repair of one, go ahead."""
        self.listener.run_began(run)
        self._advance(run.run_id)

    def happened(self, attempt: TaskRun, event: Event, message: str = "", error: str = "", trace: str = "") -> TaskRun:
        """Record what has happened to an attempt, and let follow what follows from it."""
        changed = self.move(attempt, event, message, error, trace)
        if event in _RETRIED or (event is Event.TIMED_OUT and attempt.task.retry_on_timeout):
            self._retry(changed)
        self._advance(attempt.parent_id)
        return changed

    def move(self, attempt: TaskRun, event: Event, message: str = "", error: str = "", trace: str = "") -> TaskRun:
        """Move one attempt; nothing else changes."""
        changes: dict[str, object] = {"state": moved(attempt.state, event, message), "error": error, "trace": trace}
        changes |= _times(event, attempt)
        changed = attempt.model_copy(update=changes)
        self.store.put_attempt(changed)
        return changed

    def _retry(self, failed: TaskRun) -> None:
        run = self._run(failed.parent_id)
        allowed = failed.task.max_retries
        if run.cancel_asked or run.timed_out or (allowed != -1 and failed.attempt >= allowed):
            return
        earlier = self.store.attempts(run.run_id)
        again = next_attempt(run, failed, self.store.new_id(), now(), earlier)
        self.store.put_attempt(again)
        self.listener.waiting_for_retry(again)

    def _advance(self, run_id: int) -> None:
        """Release the tasks whose turn it is, until nothing moves any more; then sum the run up."""
        while released := self._release(graph.latest(self.store.attempts(run_id))):
            for attempt in released:
                if attempt.state.life_cycle is LifeCycle.QUEUED:
                    self.listener.queued(attempt)
        self.sum_up(run_id)

    def _release(self, newest: dict[str, TaskRun]) -> list[TaskRun]:
        blocked = [attempt for attempt in newest.values() if attempt.state.life_cycle is LifeCycle.BLOCKED]
        return [self.move(attempt, event) for attempt in blocked if (event := graph.release(attempt, newest))]

    def stop(self, run_id: int, waiting: Event, running: Event | None, message: str) -> None:
        """End what has not started by one event; mark what runs by the other, and ask for its end."""
        for attempt in graph.latest(self.store.attempts(run_id)).values():
            if attempt.state.life_cycle in NOT_STARTED:
                self.move(attempt, waiting, message)
            elif attempt.state.life_cycle is LifeCycle.RUNNING:
                self.listener.stop_asked(self.move(attempt, running, message) if running else attempt)
        self.sum_up(run_id)

    def _move_all(self, run_id: int, event: Event, message: str) -> None:
        for attempt in self.store.attempts(run_id):
            self.move(attempt, event, message)
        self.sum_up(run_id)

    def sum_up(self, run_id: int) -> None:
        """Give a run the state that its tasks' states make; the end of one gives the next of its job its turn."""
        run = self._run(run_id)
        state = graph.rolled_up(graph.latest(self.store.attempts(run_id)), timed_out=run.timed_out)
        if state == run.state:
            return
        run.state = state
        run.ended = now() if state.is_final else 0
        self.store.put_run(run)
        if state.is_final:
            self.listener.run_ended(run)
        if state.is_final and run.is_of_job:
            self._give_turn(run.job_id)

    def _give_turn(self, job_id: int) -> None:
        active = self.store.runs_of_job(job_id, active_only=True)
        waiting = [run for run in active if run.is_waiting_for_turn]
        first = min(waiting, key=lambda run: run.run_id, default=None)
        if first and self._has_room(first):
            first.is_waiting_for_turn = False
            self.store.put_run(first)
            self.begin(first)

    def _run(self, run_id: int) -> JobRun:
        run = self.store.run(run_id)
        if run is None:
            raise LookupError(f"The run {run_id} of an attempt is not in the store.")
        return run


def _times(event: Event, attempt: TaskRun) -> dict[str, object]:
    if event is Event.STARTED:
        return {"execution_started": now()}
    if moved(attempt.state, event).is_final:
        return {"ended": now()}
    return {}


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
