"""The bodies that begin runs and make jobs: settings with what belongs to the request alone."""

import re
from typing import Any, Self

from pydantic import Field, model_validator

from local_workspace.jobs.specification import RunSettings, Settings, Text

MAX_TASKS_OF_A_SUBMIT = 100
_KEY = re.compile(r"[\w\-]{1,100}")
_LEGACY_TASK_FIELDS = {
    "libraries",
    "existing_cluster_id",
    "new_cluster",
    "environment_key",
    "max_retries",
    "min_retry_interval_millis",
    "retry_on_timeout",
}
# What would start a run without being asked to. `pause_status` PAUSED says that it shall not.
_STARTERS = ("schedule", "trigger", "continuous")


class Submission(RunSettings):
    """The body of `runs/submit`."""

    run_name: str = "Untitled"
    idempotency_token: str | None = Field(None, max_length=64)

    @model_validator(mode="before")
    @classmethod
    def _wrap_legacy_task(cls, values: Any) -> Any:
        return _with_tasks(values, values.get("run_name", "Untitled")) if isinstance(values, dict) else values

    @model_validator(mode="after")
    def _has_tasks(self) -> Self:
        if not self.tasks:
            raise ValueError("Missing required field: tasks")
        if len(self.tasks) > MAX_TASKS_OF_A_SUBMIT:
            raise ValueError(f"A run can have up to {MAX_TASKS_OF_A_SUBMIT} tasks, got {len(self.tasks)}.")
        _check_keys(self, legacy_key=self.run_name)
        return self

    def settings(self) -> RunSettings:
        """What the run keeps, as it came."""
        return RunSettings.model_validate(self.model_dump(mode="json", exclude_unset=True))


class ParameterDefinition(Settings):
    """A parameter of a job, with the value that it has unless a run is given another."""

    name: str = Field(pattern=r"^[\w\-.]+$")
    default: Text


class Queue(Settings):
    enabled: bool


class JobSettings(RunSettings):
    """The body of `jobs/create`: what every run of the job is made of."""

    name: str = Field("Untitled", max_length=4096)
    parameters: list[ParameterDefinition] = Field(default=[])
    max_concurrent_runs: int = Field(1, ge=0, le=1000)
    queue: Queue = Queue(enabled=False)

    @model_validator(mode="before")
    @classmethod
    def _wrap_legacy_task(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return _with_tasks(values, re.sub(r"[^\w\-]", "_", str(values.get("name") or "Untitled"))[:100])

    @model_validator(mode="after")
    def _starts_when_asked_only(self) -> Self:
        for name in _STARTERS:
            starter = (self.model_extra or {}).get(name)
            if starter and not (isinstance(starter, dict) and starter.get("pause_status") == "PAUSED"):
                raise ValueError(
                    f"'{name}' is not supported by the local workspace, which starts no run by itself. Leave it "
                    "out, or set its pause_status to PAUSED."
                )
        _check_keys(self)
        return self

    def of_a_run(self) -> RunSettings:
        """What a run of the job takes over."""
        kept = self.model_dump(mode="json", exclude_unset=True, include=set(RunSettings.model_fields))
        return RunSettings.model_validate(kept)


def _check_keys(settings: RunSettings, legacy_key: str | None = None) -> None:
    for task in settings.tasks:
        if not _KEY.fullmatch(task.task_key) and task.task_key != legacy_key:
            raise ValueError(
                f"Invalid task key '{task.task_key}': it must have 1 to 100 letters, digits, '-' or '_' and no others."
            )


def _with_tasks(values: dict[str, Any], task_key: str) -> dict[str, Any]:
    """A single task at the top level, as version 2.0 had it, becomes a list of one."""
    kinds = [name for name in values if name.endswith("_task")]
    if values.get("tasks") or not kinds:
        return values
    moved = {*_LEGACY_TASK_FIELDS, *kinds}
    task = {"task_key": task_key, **{name: value for name, value in values.items() if name in moved}}
    return {**{name: value for name, value in values.items() if name not in moved}, "tasks": [task]}
