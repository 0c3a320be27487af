"""Runs as the Jobs API shows them."""

from typing import Any

from local_workspace.jobs.job_store import Job
from local_workspace.jobs.records import Episode, JobRun, TaskRun
from local_workspace.jobs.states import LifeCycle, Result, State
from local_workspace.root import USER

Json = dict[str, Any]

_STATUS = {
    LifeCycle.BLOCKED: "BLOCKED",
    LifeCycle.QUEUED: "QUEUED",
    LifeCycle.PENDING: "PENDING",
    LifeCycle.RUNNING: "RUNNING",
    LifeCycle.WAITING_FOR_RETRY: "WAITING",
    LifeCycle.TERMINATING: "TERMINATING",
    LifeCycle.TERMINATED: "TERMINATED",
    LifeCycle.SKIPPED: "TERMINATED",
    LifeCycle.INTERNAL_ERROR: "TERMINATED",
}
CREATOR = USER
_JOB_DEFAULTS: Json = {
    "name": "Untitled",
    "email_notifications": {},
    "timeout_seconds": 0,
    "max_concurrent_runs": 1,
    "format": "MULTI_TASK",
}


class RunShapes:
    """Shapes with the links that lead to the pages of this workspace."""

    def __init__(self, url: str) -> None:
        self._url = url

    def page(self, run_id: int) -> str:
        return f"{self._url}/runs/{run_id}"

    def run(self, run: JobRun, attempts: list[TaskRun]) -> Json:
        """A run with its tasks."""
        return {**self.summary(run), "tasks": [self.task(attempt) for attempt in attempts]}

    def summary(self, run: JobRun) -> Json:
        """A run without its tasks, as in a list."""
        return {
            "run_id": run.run_id,
            "job_id": run.job_id,
            "run_name": run.name,
            "number_in_job": run.number_in_job or run.run_id,
            "original_attempt_run_id": run.run_id,
            "job_run_id": run.run_id,
            "creator_user_name": CREATOR,
            "run_type": "JOB_RUN" if run.is_of_job else "SUBMIT_RUN",
            "trigger": "ONE_TIME",
            "format": "MULTI_TASK",
            "run_page_url": self.page(run.run_id),
            "start_time": run.started,
            "end_time": run.ended,
            "run_duration": run.duration,
            **_of_settings(run),
            **_states(run.state),
        }

    def task(self, attempt: TaskRun) -> Json:
        """One attempt at a task."""
        started = attempt.execution_started
        return {
            **attempt.task.model_dump(mode="json", exclude_unset=True),
            "run_id": attempt.run_id,
            "run_if": attempt.task.run_if,
            "attempt_number": attempt.attempt,
            "run_page_url": self.page(attempt.run_id),
            "start_time": attempt.started,
            "setup_duration": max(0, started - attempt.started) if started else 0,
            "execution_duration": max(0, attempt.ended - started) if started else 0,
            "cleanup_duration": 0,
            "end_time": attempt.ended,
            **_states(attempt.state),
        }

    def task_as_run(self, attempt: TaskRun, parent: JobRun) -> Json:
        """A task's run asked for by its own id; its creator and job are the parent's."""
        inherited = ("job_id", "creator_user_name", "run_type", "trigger", "run_name")
        of_parent = self.summary(parent)
        return {
            **self.task(attempt),
            **{name: of_parent[name] for name in inherited},
            "run_name": attempt.key,
            "format": "SINGLE_TASK",
            "number_in_job": attempt.run_id,
            "job_run_id": attempt.parent_id,
            "original_attempt_run_id": attempt.original_id or attempt.run_id,
        }


def history(run: JobRun, attempts: list[TaskRun]) -> list[Json]:
    """The start and every repair of a run, in their order."""
    return [_episode(episode, attempts) for episode in run.episodes]


def _episode(episode: Episode, attempts: list[TaskRun]) -> Json:
    shaped = {
        "type": "REPAIR" if episode.repair_id else "ORIGINAL",
        "start_time": episode.started,
        "end_time": episode.ended,
        "task_run_ids": [attempt.run_id for attempt in attempts if attempt.repair_id == episode.repair_id],
        **_states(episode.state),
    }
    return {**shaped, "id": episode.repair_id} if episode.repair_id else shaped


def _of_settings(run: JobRun) -> Json:
    """What the run was begun with, as far as there is any."""
    settings = run.settings.model_dump(mode="json", exclude_unset=True)
    kept = {name: settings[name] for name in ("job_clusters", "environments", "timeout_seconds") if settings.get(name)}
    overriding = {name: value for name, value in run.overrides.given().items() if name != "job_parameters"}
    parameters = [parameter.model_dump() for parameter in run.parameters]
    return {
        **kept,
        **({"overriding_parameters": overriding} if overriding else {}),
        **({"job_parameters": parameters} if parameters else {}),
    }


def job(saved: Job) -> Json:
    """A saved job."""
    return {
        "job_id": saved.job_id,
        "creator_user_name": CREATOR,
        "run_as_user_name": CREATOR,
        "created_time": saved.created,
        "settings": {**_JOB_DEFAULTS, **saved.settings.model_dump(mode="json", exclude_unset=True)},
    }


def _states(state: State) -> Json:
    return {"state": _state(state), "status": _status(state)}


def _state(state: State) -> Json:
    shaped: Json = {
        "life_cycle_state": state.life_cycle,
        "state_message": state.message,
        "user_cancelled_or_timedout": state.result in {Result.CANCELED, Result.TIMEDOUT},
    }
    if state.life_cycle is LifeCycle.QUEUED:
        shaped["queue_reason"] = state.message
    return {**shaped, "result_state": state.result} if state.result else shaped


def _status(state: State) -> Json:
    shaped: Json = {"state": _STATUS[state.life_cycle]}
    if state.life_cycle is LifeCycle.QUEUED:
        shaped["queue_details"] = {"code": state.code, "message": state.message}
    elif state.code:
        shaped["termination_details"] = {"code": state.code, "type": state.kind, "message": state.message}
    return shaped
