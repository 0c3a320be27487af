"""What a client asks for: the settings of a run, checked when they come in and kept as they came."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from local_workspace.jobs.consistency import find_fault

LONGEST = 2**31 - 1
_RUNNABLE = {"python_wheel_task", "spark_python_task"}
_LIBRARIES = {"whl", "pypi"}


def _as_text(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class Fields(BaseModel):
    """Fields of a request; one that is null is one that was left out."""

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nulls(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if value is not None}


class Settings(Fields):
    """Settings that the workspace has no use for are kept, so that a client reads back what it wrote."""

    model_config = ConfigDict(extra="allow")


class RunIf(StrEnum):
    """Which ends of the tasks before it let a task run."""

    ALL_SUCCESS = "ALL_SUCCESS"
    AT_LEAST_ONE_SUCCESS = "AT_LEAST_ONE_SUCCESS"
    NONE_FAILED = "NONE_FAILED"
    ALL_DONE = "ALL_DONE"
    AT_LEAST_ONE_FAILED = "AT_LEAST_ONE_FAILED"
    ALL_FAILED = "ALL_FAILED"


class Dependency(Settings):
    task_key: str


class WheelTask(Settings):
    package_name: str
    entry_point: str
    parameters: list[Text] = []
    named_parameters: dict[str, Text] = {}

    @model_validator(mode="after")
    def _one_kind_of_parameters(self) -> Self:
        if self.parameters and self.named_parameters:
            raise ValueError("python_wheel_task takes 'parameters' or 'named_parameters', not both.")
        return self

    @property
    def arguments(self) -> list[str]:
        """The command line after the package's name."""
        return self.parameters + [f"--{name}={value}" for name, value in self.named_parameters.items()]


class FileTask(Settings):
    python_file: str
    parameters: list[Text] = []


class Package(Settings):
    package: str


class Library(Settings):
    whl: str | None = None
    pypi: Package | None = None

    @model_validator(mode="after")
    def _of_a_known_kind(self) -> Self:
        kinds = self.model_fields_set | set(self.model_extra or {})
        if len(kinds) != 1 or not kinds <= _LIBRARIES:
            raise ValueError(
                f"Library {sorted(kinds)} is not supported: the local workspace takes 'whl' (a path below /Volumes, "
                "/Workspace or dbfs:/) or 'pypi' (a package that is installed already)."
            )
        return self


class Task(Settings):
    task_key: str = Field(min_length=1)
    depends_on: list[Dependency] = []
    run_if: RunIf = RunIf.ALL_SUCCESS
    python_wheel_task: WheelTask | None = None
    spark_python_task: FileTask | None = None
    libraries: list[Library] = []
    environment_key: str | None = None
    job_cluster_key: str | None = None
    existing_cluster_id: str | None = None
    new_cluster: dict[str, Any] | None = None
    timeout_seconds: int = Field(0, ge=0, le=LONGEST)
    max_retries: int = Field(0, ge=-1, le=LONGEST)
    min_retry_interval_millis: int = Field(0, ge=0, le=LONGEST)
    retry_on_timeout: bool = False
    disabled: bool = False

    @model_validator(mode="after")
    def _of_a_kind_that_can_be_executed(self) -> Self:
        kinds = {name for name in self.model_fields_set | set(self.model_extra or {}) if name.endswith("_task")}
        refused = sorted(kinds - _RUNNABLE)
        if refused:
            raise ValueError(
                f"Task '{self.task_key}': {refused[0]} is not supported by the local workspace, which executes "
                "python_wheel_task and spark_python_task."
            )
        if len(kinds) != 1:
            raise ValueError(
                f"Task '{self.task_key}' must specify exactly one of python_wheel_task, spark_python_task."
            )
        return self


class EnvironmentSpec(Settings):
    dependencies: list[str] = []


class Environment(Settings):
    environment_key: str
    spec: EnvironmentSpec = EnvironmentSpec()


class JobCluster(Settings):
    job_cluster_key: str
    new_cluster: dict[str, Any]


class RunSettings(Settings):
    """What a submitted run and a job have in common."""

    tasks: list[Task] = []
    environments: list[Environment] = []
    job_clusters: list[JobCluster] = []
    timeout_seconds: int = Field(0, ge=0, le=LONGEST)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        fault = find_fault(self)
        if fault:
            raise ValueError(fault)
        return self
