"""Carries out what the backend has released: waits for a slot, prepares, has it run, reports how it ended."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from local_workspace.execution.order import Order, Outcome
from local_workspace.jobs.backend import RunBackend
from local_workspace.jobs.progress import Listener
from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.states import Event, LifeCycle

FAILED = "Workload failed, see run output for details."
LOST = "The process of the local workspace that executes runs has died, and this run was ended with it."


class PreparationError(Exception):
    """Raised when a run cannot start for a reason that its author can mend: a library or a script that is not there."""


@dataclass(frozen=True)
class Ending:
    """How the process of a run ended."""

    code: int | None
    """Exit code, negative for a signal; None if the workspace lost the process, and ended it."""
    exceeded: str
    """For what excess it was ended, as a sentence; empty if for none."""
    outcome: Outcome | None
    """What it could still tell of itself."""
    last_words: str
    """The end of its log."""


class Runner(Protocol):
    """Executes orders."""

    async def warmed_up(self) -> None:
        """Return when orders can be executed."""

    def run(self, run_id: int, order: Order) -> Awaitable[Ending]:
        """Begin to execute at once, so that a `kill` that follows finds it; the result comes when the process ends."""

    def kill(self, run_id: int) -> None:
        """End the whole group of a run's processes, if it is there."""


class Conductor:
    """One coroutine for each attempt that has been released; at most `slots` of them execute."""

    def __init__(
        self, backend: RunBackend, runner: Runner, prepare: Callable[[TaskRun, JobRun], Order], slots: int
    ) -> None:
        self._backend = backend
        self._runner = runner
        self._prepare = prepare
        self._slots = asyncio.Semaphore(slots)
        self._tasks: set[asyncio.Task[None]] = set()
        self._time_limits: dict[int, asyncio.TimerHandle] = {}
        backend.listener = Listener(
            run_began=self._limit_time,
            run_ended=self._lift_time_limit,
            queued=lambda attempt: self._spawn(self._carry_out(attempt.run_id)),
            waiting_for_retry=lambda attempt: self._spawn(self._wait_and_retry(attempt)),
            stop_asked=lambda attempt: runner.kill(attempt.run_id),
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Leave what is waiting; the processes are the runner's to end."""
        for limit in self._time_limits.values():
            limit.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _limit_time(self, run: JobRun) -> None:
        seconds = run.settings.timeout_seconds
        if seconds:
            loop = asyncio.get_running_loop()
            self._time_limits[run.run_id] = loop.call_later(seconds, self._backend.time_out, run.run_id)

    def _lift_time_limit(self, run: JobRun) -> None:
        limit = self._time_limits.pop(run.run_id, None)
        if limit:
            limit.cancel()

    async def _wait_and_retry(self, attempt: TaskRun) -> None:
        await asyncio.sleep(attempt.task.min_retry_interval_millis / 1000)
        if self._is_still(attempt.run_id, LifeCycle.WAITING_FOR_RETRY):
            self._backend.happened(attempt.run_id, Event.UNBLOCKED)
            await self._carry_out(attempt.run_id)

    def _is_still(self, run_id: int, life_cycle: LifeCycle) -> bool:
        """False once the attempt was canceled, timed out or deleted in the meantime."""
        attempt = self._backend.store.attempt(run_id)
        return attempt is not None and attempt.state.life_cycle is life_cycle

    async def _carry_out(self, run_id: int) -> None:
        async with self._slots:
            try:
                await self._prepare_and_execute(run_id)
            except Exception as error:
                self._give_up(run_id, f"The local workspace could not carry the run out: {error!r}")
                raise

    async def _prepare_and_execute(self, run_id: int) -> None:
        if self._is_still(run_id, LifeCycle.QUEUED):
            attempt = self._backend.happened(run_id, Event.ADMITTED)
            try:
                order = await asyncio.to_thread(self._prepare, attempt, self._backend.run(attempt.parent_id))
            except PreparationError as error:
                self._report_unprepared(run_id, str(error))
                return
            await self._runner.warmed_up()
            if self._is_still(run_id, LifeCycle.PENDING):
                await self._execute(attempt, order)

    def _give_up(self, run_id: int, message: str) -> None:
        """A fault of the workspace itself: whoever waits for the run must not wait for ever."""
        attempt = self._backend.store.attempt(run_id)
        if attempt and not attempt.state.is_final:
            self._backend.happened(run_id, Event.BROKE, message, error=message)

    def _report_unprepared(self, run_id: int, message: str) -> None:
        if self._is_still(run_id, LifeCycle.PENDING):
            self._backend.happened(run_id, Event.LIBRARY_MISSING, message, error=message)

    async def _execute(self, attempt: TaskRun, order: Order) -> None:
        self._backend.happened(attempt.run_id, Event.STARTED)
        running = asyncio.ensure_future(self._runner.run(attempt.run_id, order))
        done, _ = await asyncio.wait({running}, timeout=attempt.task.timeout_seconds or None)
        if not done:
            self._runner.kill(attempt.run_id)
        self._report(attempt, await running, timed_out=not done)

    def _report(self, attempt: TaskRun, ending: Ending, *, timed_out: bool) -> None:
        run = self._backend.run(attempt.parent_id)
        if self._is_still(attempt.run_id, LifeCycle.TERMINATING):
            self._backend.happened(attempt.run_id, Event.CANCELED, "Run cancelled.")
        elif timed_out or run.timed_out:
            seconds = attempt.task.timeout_seconds if timed_out else run.settings.timeout_seconds
            self._backend.happened(attempt.run_id, Event.TIMED_OUT, f"Run timed out after {seconds} seconds.")
        elif ending.outcome and ending.outcome["succeeded"]:
            self._backend.happened(attempt.run_id, Event.SUCCEEDED)
        elif ending.outcome:
            told = ending.outcome
            self._backend.happened(attempt.run_id, Event.FAILED, FAILED, told["error"], told["trace"])
        elif ending.code is None:
            self._backend.happened(attempt.run_id, Event.BROKE, LOST, LOST, ending.last_words)
        else:
            error = ending.exceeded or _manner_of_death(ending.code)
            self._backend.happened(attempt.run_id, Event.FAILED, FAILED, error, ending.last_words)


def _manner_of_death(code: int) -> str:
    if code < 0:
        name = f" ({signal.Signals(-code).name})" if -code in set(signal.Signals) else ""
        return f"The run's process was killed by signal {-code}{name}."
    return f"The run's process ended by itself with exit code {code}, without returning from its entry point."
