"""All runs, and what may be asked of them. Knows neither HTTP nor processes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from local_workspace.errors import InvalidParameterError, UnknownRunError
from local_workspace.jobs.attempts import first_attempts
from local_workspace.jobs.placement import check_clusters
from local_workspace.jobs.progress import Listener, Progress, now
from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.specification import RunSettings
from local_workspace.jobs.states import Event, LifeCycle
from local_workspace.jobs.store import RunStore

MULTIPLE_TASKS = (
    "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of each individual "
    "task run instead."
)


@dataclass
class RunBackend:
    """Runs by id."""

    store: RunStore
    unknown_run_status: int = 400
    """400, as Databricks answers; 404 for clients that recognise a run that is gone by that only."""
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.progress = Progress(self.store)

    @property
    def listener(self) -> Listener:
        return self.progress.listener

    @listener.setter
    def listener(self, listener: Listener) -> None:
        self.progress.listener = listener

    def submit(self, name: str, settings: RunSettings, token: str | None = None) -> JobRun:
        """Begin a run, or return the one that was begun with the same idempotency token.

        Raises:
            InvalidParameterError: the run of that token has been deleted, or a task names a cluster that is not there.
        """
        check_clusters(settings)
        known = self.begun_with(token)
        if known:
            return known
        run_id, job_id = self.store.new_id(), self.store.new_id()
        return self.begin(JobRun(run_id=run_id, job_id=job_id, name=name, settings=settings), token)

    def begun_with(self, token: str | None) -> JobRun | None:
        """The run that was begun with this idempotency token.

        Raises:
            InvalidParameterError: it has been deleted.
        """
        run_id = self.store.run_of_token(token) if token else None
        if run_id is None:
            return None
        run = self.store.run(run_id)
        if run is None:
            raise InvalidParameterError(f"The run of the idempotency token '{token}' has been deleted.")
        return run

    def begin(self, run: JobRun, token: str | None = None) -> JobRun:
        """Remember a new run and let it go ahead, as far as its job has room for it."""
        run.number_in_job = run.run_id
        run.started = now()
        attempts = first_attempts(run, run.settings.tasks, self.store.new_id, run.started)
        self.store.add(run, attempts, token)
        self.progress.enter(run)
        return self.run(run.run_id)

    def run(self, run_id: int) -> JobRun:
        """Return a run by its own id.

        Raises:
            UnknownRunError: no run has the id.
        """
        run = self.store.run(run_id)
        if run is None:
            raise UnknownRunError(run_id, self.unknown_run_status)
        return run

    def attempt(self, run_id: int) -> TaskRun:
        """Return an attempt at a task by its own id.

        Raises:
            UnknownRunError: no run has the id.
            InvalidParameterError: it is the parent of tasks.
        """
        attempt = self.store.attempt(run_id)
        if attempt is None:
            self.run(run_id)
            raise InvalidParameterError(MULTIPLE_TASKS)
        return attempt

    def family(self, run_id: int) -> JobRun:
        """The run with this id, or the one whose task has it."""
        attempt = self.store.attempt(run_id)
        return self.run(attempt.parent_id if attempt else run_id)

    def happened(self, run_id: int, event: Event, message: str = "", error: str = "", trace: str = "") -> TaskRun:
        """Record what has happened to an attempt, and let follow what follows from it."""
        return self.progress.happened(self.attempt(run_id), event, message, error, trace)

    def cancel(self, run_id: int) -> None:
        """Cancel a run; one that has ended stays as it is."""
        run = self.family(run_id)
        if run.state.is_final:
            return
        run.cancel_asked = True
        self.store.put_run(run)
        self.progress.stop(run.run_id, Event.CANCELED, Event.CANCEL_ASKED, "Run cancelled.")

    def time_out(self, run_id: int) -> None:
        """End an active run that has taken longer than it may."""
        run = self.run(run_id)
        run.timed_out = True
        self.store.put_run(run)
        message = f"Run timed out after {run.settings.timeout_seconds} seconds."
        self.progress.stop(run_id, Event.TIMED_OUT, None, message)

    def cancel_all(self, runs: Iterable[JobRun]) -> None:
        """Cancel these runs, the youngest first: none that waits for its turn shall get it by the end of another."""
        for run in sorted(runs, key=lambda run: run.run_id, reverse=True):
            self.cancel(run.run_id)

    def queued(self) -> list[JobRun]:
        """The active runs none of whose tasks has begun."""
        return [run for run in self.store.active_runs() if run.state.life_cycle is LifeCycle.QUEUED]

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
            lost += [self.progress.move(attempt, Event.BROKE, message).run_id for attempt in active]
        for run in self.store.active_runs():
            self.progress.sum_up(run.run_id)
        return lost
