"""The bodies of `run-now` and `runs/repair`: a job's run, with parameters in place of the job's."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from local_workspace.jobs.specification import Fields, Text
from local_workspace.jobs.submission import Queue

Id = Annotated[int, Field(ge=0, lt=2**63)]

_OF_OTHER_KINDS = (
    "dbt_commands",
    "jar_params",
    "notebook_params",
    "pipeline_params",
    "spark_submit_params",
    "sql_params",
)


class Overrides(Fields):
    """What can be said about parameters. An empty list or map says nothing: the provider sends some of every kind."""

    job_parameters: dict[str, Text] = Field(default={})
    python_params: list[Text] = Field(default=[])
    python_named_params: dict[str, Text] = Field(default={})

    def given(self) -> dict[str, Any]:
        """What has been said, and nothing else."""
        return self.model_dump(include=set(Overrides.model_fields), exclude_defaults=True)


class _Request(Overrides):
    """What one request may say; a run and its repairs may have been told more, together."""

    @model_validator(mode="before")
    @classmethod
    def _for_tasks_that_can_be_executed(cls, values: Any) -> Any:
        for name in _OF_OTHER_KINDS:
            if isinstance(values, dict) and values.get(name):
                raise ValueError(
                    f"{name} is for tasks of a kind that the local workspace does not execute; it takes "
                    "job_parameters, python_params and python_named_params."
                )
        return values

    @model_validator(mode="after")
    def _of_the_job_or_of_its_tasks(self) -> Self:
        for name in ("python_params", "python_named_params"):
            if self.job_parameters and getattr(self, name):
                raise ValueError(f"job_parameters cannot be combined with {name}.")
        return self


class RunNow(_Request):
    """The body of `run-now`."""

    job_id: Id
    idempotency_token: str | None = Field(None, max_length=64)
    only: list[str] = Field(default=[])
    queue: Queue | None = None


class RepairRequest(_Request):
    """The body of `runs/repair`."""

    run_id: Id
    latest_repair_id: Id | None = None
    rerun_tasks: list[str] = Field(default=[])
    rerun_all_failed_tasks: bool = False
    rerun_dependent_tasks: bool = False
