"""The parameters that a task of a run is executed with: its own, overridden, with the references in them resolved."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from local_workspace.jobs.overrides import Overrides
from local_workspace.jobs.records import JobRun, Parameter
from local_workspace.jobs.specification import FileTask, Task, WheelTask

Kind = TypeVar("Kind", WheelTask, FileTask)

_REFERENCE = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")


def parameters_of(defaults: Mapping[str, str], given: Mapping[str, str]) -> list[Parameter]:
    """The parameters of a run, by what its job says and what it was given; it may be given more."""
    values = {**defaults, **given}
    return [Parameter(name=name, default=defaults.get(name, ""), value=value) for name, value in values.items()]


def effective_task(task: Task, run: JobRun, task_run_id: int, execution_count: int) -> Task:
    """The task as it is executed: parameters overridden first, then every `{{reference}}` in them resolved."""
    values = _references(task, run, task_run_id, execution_count)
    if task.python_wheel_task:
        wheel = _resolved(_wheel(task.python_wheel_task, run), values)
        return task.model_copy(update={"python_wheel_task": wheel})
    if task.spark_python_task:
        file = _resolved(_file(task.spark_python_task, run.overrides), values)
        return task.model_copy(update={"spark_python_task": file})
    return task


def _wheel(wheel: WheelTask, run: JobRun) -> WheelTask:
    """Parameters of the job reach a wheel by name, where it takes names, and win over its own."""
    overrides = run.overrides
    if overrides.python_params:
        return wheel.model_copy(update={"parameters": overrides.python_params, "named_parameters": {}})
    named = wheel.named_parameters
    if named:
        named = {**named, **{parameter.name: parameter.value for parameter in run.parameters}}
    if overrides.python_named_params:
        return wheel.model_copy(
            update={"parameters": [], "named_parameters": {**named, **overrides.python_named_params}}
        )
    return wheel.model_copy(update={"named_parameters": named})


def _file(file: FileTask, overrides: Overrides) -> FileTask:
    return file.model_copy(update={"parameters": overrides.python_params}) if overrides.python_params else file


def _resolved(task: Kind, values: Mapping[str, str]) -> Kind:
    def resolve(text: str) -> str:
        return _REFERENCE.sub(lambda found: values.get(found[1], found[0]), text)

    update: dict[str, object] = {"parameters": [resolve(text) for text in task.parameters]}
    if isinstance(task, WheelTask):
        update["named_parameters"] = {name: resolve(text) for name, text in task.named_parameters.items()}
    return task.model_copy(update=update)


def _references(task: Task, run: JobRun, task_run_id: int, execution_count: int) -> dict[str, str]:
    """What a parameter can refer to, by its name in double braces; older names of the same beside the newer."""
    began = datetime.fromtimestamp(run.started / 1000, UTC)
    return {
        "job.id": str(run.job_id),
        "job.name": run.name,
        "job.run_id": str(run.run_id),
        "job.repair_count": str(len(run.past)),
        "job.start_time.iso_date": began.date().isoformat(),
        "task.name": task.task_key,
        "task.run_id": str(task_run_id),
        "task.execution_count": str(execution_count),
        **{f"job.parameters.{parameter.name}": parameter.value for parameter in run.parameters},
        "job_id": str(run.job_id),
        "parent_run_id": str(run.run_id),
        "run_id": str(task_run_id),
        "start_date": began.date().isoformat(),
        "start_time": str(run.started),
        "task_key": task.task_key,
        "task_retry_count": str(execution_count - 1),
    }
