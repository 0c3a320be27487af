"""A second go at some tasks of a run that has ended, within the same run."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from local_workspace.errors import InvalidParameterError
from local_workspace.jobs import graph
from local_workspace.jobs.attempts import first_attempts
from local_workspace.jobs.backend import RunBackend
from local_workspace.jobs.job_store import JobStore
from local_workspace.jobs.overrides import RepairRequest
from local_workspace.jobs.parameters import parameters_of
from local_workspace.jobs.progress import now
from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.specification import RunSettings, Task
from local_workspace.jobs.states import LifeCycle, State


@dataclass(frozen=True)
class Repairs:
    """Repairs runs; a run of a saved job by the settings that the job has now."""

    runs: RunBackend
    jobs: JobStore

    def repair(self, asked: RepairRequest) -> int:
        """Begin the repair; return its id.

        Raises:
            InvalidParameterError: the run is unknown or active, it has been repaired since, or nothing of it is to be
                repaired.
        """
        run = self.runs.run(asked.run_id)
        _check(run, asked)
        run.settings = self._settings(run)
        attempts = self.runs.store.attempts(run.run_id)
        chosen = _chosen(asked, run.settings.tasks, graph.latest(attempts))
        _open_episode(run, asked, self.runs.store.new_id())
        tasks = [task for task in run.settings.tasks if task.task_key in chosen]
        again = first_attempts(run, tasks, self.runs.store.new_id, run.repaired, attempts)
        self.runs.store.add(run, again, None)
        self.runs.progress.begin(run)
        return run.repair_id

    def _settings(self, run: JobRun) -> RunSettings:
        job = self.jobs.job(run.job_id) if run.is_of_job else None
        return job.settings.of_a_run() if job else run.settings


def _check(run: JobRun, asked: RepairRequest) -> None:
    if not run.state.is_final:
        raise InvalidParameterError(f"Run {run.run_id} is still active. Only a run that has ended can be repaired.")
    if asked.rerun_tasks and asked.rerun_all_failed_tasks:
        raise InvalidParameterError("Only one of rerun_tasks or rerun_all_failed_tasks can be used.")
    if run.repair_id and asked.latest_repair_id != run.repair_id:
        raise InvalidParameterError(
            f"latest_repair_id must be {run.repair_id}, the latest repair of run {run.run_id}, got "
            f"{asked.latest_repair_id}."
        )


def _chosen(asked: RepairRequest, tasks: list[Task], newest: Mapping[str, TaskRun]) -> Collection[str]:
    keys = {task.task_key for task in tasks}
    unknown = [key for key in asked.rerun_tasks if key not in keys]
    if unknown:
        raise InvalidParameterError(f"Task '{unknown[0]}' of rerun_tasks is not a task of run {asked.run_id}.")
    chosen = set(asked.rerun_tasks)
    if asked.rerun_all_failed_tasks:
        chosen = {key for key, attempt in newest.items() if key in keys and not graph.is_good(attempt.state)}
    if not chosen:
        raise InvalidParameterError(f"Run {asked.run_id} has no task to be repaired: name one in rerun_tasks.")
    return graph.with_dependents(chosen, tasks) if asked.rerun_dependent_tasks else chosen


def _open_episode(run: JobRun, asked: RepairRequest, repair_id: int) -> None:
    run.past = run.episodes
    run.repair_id, run.repaired, run.ended = repair_id, now(), 0
    run.state = State(life_cycle=LifeCycle.PENDING)
    run.cancel_asked = run.timed_out = False
    run.overrides = run.overrides.model_copy(update=asked.given())
    defaults = {parameter.name: parameter.default for parameter in run.parameters}
    before = {parameter.name: parameter.value for parameter in run.parameters}
    run.parameters = parameters_of(defaults, {**before, **asked.job_parameters})
