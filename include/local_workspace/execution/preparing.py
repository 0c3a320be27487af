"""From an attempt at a task to an order that needs no looking up any more."""

import json
import sys
import zipfile
import zlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from local_workspace.errors import InvalidParameterError
from local_workspace.execution.order import SCRATCH, Catalog, Order
from local_workspace.execution.runner import make_room
from local_workspace.execution.wheels import unpacked
from local_workspace.jobs.conductor import PreparationError
from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.specification import RunSettings, Task
from local_workspace.root import Root
from local_workspace.storage.places import anywhere

JOB_RUN_TAG = "mlflow.databricks.jobRunID"  # as Databricks tags what a job's run makes in MLflow
_NO_TABLES = Catalog(databases=[], tables=[])


@dataclass(frozen=True)
class Preparer:
    """Finds the libraries of a run and makes its room."""

    root: Root
    url: str
    token: str

    def __call__(self, attempt: TaskRun, run: JobRun) -> Order:
        """Make the order.

        Raises:
            PreparationError: a library or the script cannot be found.
        """
        directory = self.root.runs / str(attempt.run_id)
        imports = [str(self._library(name)) for name in dependencies(attempt.task, run.settings) if _is_file(name)]
        for name in dependencies(attempt.task, run.settings):
            if not _is_file(name):
                _check_installed(name)
        order = self._order(attempt, directory, imports)
        make_room(directory)
        return order

    def _order(self, attempt: TaskRun, directory: Path, imports: list[str]) -> Order:
        task = attempt.task
        wheel, file = task.python_wheel_task, task.spark_python_task
        return Order(
            kind="wheel" if wheel else "file",
            target=wheel.package_name if wheel else str(self._script(file.python_file if file else "")),
            entry_point=wheel.entry_point if wheel else "",
            parameters=wheel.arguments if wheel else file.parameters if file else [],
            import_paths=imports,
            directory=str(directory),
            environment=self._environment(attempt, directory / SCRATCH),
            catalog=_NO_TABLES,
            warehouse=str(self.root.warehouse),
        )

    def _library(self, path: str) -> Path:
        try:
            return unpacked(self._file(path), self.root.wheels)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError):
            raise PreparationError(f"Library installation failed: '{path}' is not a wheel.") from None

    def _script(self, path: str) -> Path:
        return self._file(path)

    def _file(self, path: str) -> Path:
        try:
            file = anywhere(self.root, path)
        except InvalidParameterError as error:
            raise PreparationError(error.message) from None
        if not file.is_file():
            raise PreparationError(f"Library installation failed: '{path}' does not exist. Upload it first.")
        return file

    def _environment(self, attempt: TaskRun, scratch: Path) -> dict[str, str]:
        """What a cluster would give; nothing of this process's own."""
        return {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "MPLBACKEND": "agg",
            "DATABRICKS_HOST": self.url,
            "DATABRICKS_TOKEN": self.token,
            "MLFLOW_TRACKING_URI": self.url,
            "MLFLOW_TRACKING_TOKEN": self.token,
            "MLFLOW_RUN_CONTEXT": json.dumps({JOB_RUN_TAG: str(attempt.parent_id)}),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
        }


def dependencies(task: Task, settings: RunSettings) -> list[str]:
    """Wheels by path and packages by name, of the task's libraries and of its environment."""
    of_task = [library.whl or (library.pypi.package if library.pypi else "") for library in task.libraries]
    environments = {environment.environment_key: environment.spec for environment in settings.environments}
    environment = environments.get(task.environment_key or "")
    return of_task + (environment.dependencies if environment else [])


def _is_file(name: str) -> bool:
    return name.startswith(("/", "dbfs:"))


def _check_installed(text: str) -> None:
    """Refuse what the libraries of this machine do not satisfy (PEP 508)."""
    try:
        asked = Requirement(text)
    except InvalidRequirement:
        raise PreparationError(
            f"Library installation failed: '{text}' is not a requirement such as 'pandas==2.3.*'."
        ) from None
    if asked.marker and not asked.marker.evaluate():
        return
    installed = _installed(asked.name)
    if not installed or asked.url or not asked.specifier.contains(installed, prereleases=True):
        there = f" (version {installed} is)" if installed else ""
        raise PreparationError(
            f"Library installation failed: the package '{text}' is not installed beside the local workspace{there}, "
            "which installs nothing. Install it there, or name a wheel by its path."
        )


def _installed(package: str) -> str:
    """The version of a package; empty if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
