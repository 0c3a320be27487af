"""Saved jobs, and what may be asked of them. Knows neither HTTP nor processes."""

from dataclasses import dataclass
from typing import Any

from local_workspace.errors import InvalidParameterError
from local_workspace.jobs import graph
from local_workspace.jobs.backend import RunBackend
from local_workspace.jobs.job_store import Job, JobStore
from local_workspace.jobs.overrides import Overrides, RunNow
from local_workspace.jobs.parameters import parameters_of
from local_workspace.jobs.placement import check_clusters
from local_workspace.jobs.progress import now
from local_workspace.jobs.records import JobRun
from local_workspace.jobs.specification import RunSettings
from local_workspace.jobs.submission import JobSettings

# Lists whose entries have a name, by the field that names them: an update replaces an entry, not the list.
NAMED_BY = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
    "parameters": "name",
}


@dataclass(frozen=True)
class SavedJobs:
    """Jobs by id, and their runs."""

    store: JobStore
    runs: RunBackend

    def create(self, settings: JobSettings) -> Job:
        """Save a job.

        Raises:
            InvalidParameterError: a task names a cluster that is not there.
        """
        check_clusters(settings)
        job = Job(job_id=self.runs.store.new_id(), created=now(), settings=settings)
        self.store.put(job)
        return job

    def job(self, job_id: int) -> Job:
        """Return a job.

        Raises:
            InvalidParameterError: no job has the id.
        """
        job = self.store.job(job_id)
        if job is None:
            raise InvalidParameterError(f"Job {job_id} does not exist.")
        return job

    def check_known(self, job_id: int) -> None:
        """Refuse the id of a job that neither is saved nor has any runs.

        Raises:
            InvalidParameterError: it is such an id.
        """
        if not self.runs.store.page({"job_id": job_id}, 0, 1):
            self.job(job_id)

    def reset(self, job_id: int, settings: JobSettings) -> None:
        """Give a job other settings; runs that have begun keep theirs.

        Raises:
            InvalidParameterError: no job has the id, or a task names a cluster that is not there.
        """
        check_clusters(settings)
        self.store.put(self.job(job_id).model_copy(update={"settings": settings}))

    def delete(self, job_id: int) -> None:
        """Forget a job; its runs stay, and go on if they are active."""
        self.store.delete(self.job(job_id).job_id)

    def run_now(self, asked: RunNow) -> JobRun:
        """Begin a run of a job, or return the one that was begun with the same idempotency token.

        Raises:
            InvalidParameterError: the job is unknown or has no tasks, or the run of that token has been deleted.
        """
        job = self.job(asked.job_id)
        known = self.runs.begun_with(asked.idempotency_token)
        if known:
            return known
        if not job.settings.tasks:
            raise InvalidParameterError(f"Job {job.job_id} has no tasks to run.")
        run = JobRun(
            run_id=self.runs.store.new_id(),
            job_id=job.job_id,
            name=job.settings.name,
            settings=_of_chosen_tasks(job.settings.of_a_run(), asked.only),
            is_of_job=True,
            max_concurrent_runs=job.settings.max_concurrent_runs,
            may_queue=(asked.queue or job.settings.queue).enabled,
            parameters=parameters_of(_defaults(job.settings), asked.job_parameters),
            overrides=Overrides(**asked.given()),
        )
        return self.runs.begin(run, asked.idempotency_token)


def _of_chosen_tasks(settings: RunSettings, only: list[str]) -> RunSettings:
    """Disable what was not chosen; `+a` chooses what is upstream of `a` too, `a+` what is downstream."""
    if not only:
        return settings
    chosen = set[str]()
    for choice in only:
        found = graph.chosen_by(choice, settings.tasks)
        if not found:
            raise InvalidParameterError(f"'{choice}' in only names no task of the job.")
        chosen |= found
    tasks = [task.model_copy(update={"disabled": task.task_key not in chosen}) for task in settings.tasks]
    return settings.model_copy(update={"tasks": tasks})


def _defaults(settings: JobSettings) -> dict[str, str]:
    return {definition.name: definition.default for definition in settings.parameters}


def changed(settings: JobSettings, new: dict[str, Any], removed: list[str]) -> dict[str, Any]:
    """Settings after an update: fields are replaced, named entries of lists one by one; not yet validated.

    Args:
        settings: what the job has.
        new: fields to replace.
        removed: names of fields; or, of a list's entry, such as `tasks/clean`.
    """
    result = settings.model_dump(mode="json", exclude_unset=True)
    for path in removed:
        name, _, key = path.partition("/")
        if key and name in NAMED_BY:
            result[name] = [entry for entry in result.get(name, []) if entry.get(NAMED_BY[name]) != key]
        else:
            result.pop(name, None)
    for name, value in new.items():
        result[name] = _merged(result.get(name, []), value, NAMED_BY[name]) if name in NAMED_BY else value
    return result


def _merged(old: list[dict[str, Any]], new: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Old entries, each replaced by the new one of its name; then those with new names."""
    replaced = {entry.get(key): entry for entry in new}
    kept = [replaced.pop(entry[key], entry) for entry in old]
    return kept + list(replaced.values())
