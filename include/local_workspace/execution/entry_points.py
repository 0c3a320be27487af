"""Finding the code of a task, as Databricks does."""

import importlib
import re
import runpy
from collections.abc import Callable
from importlib.metadata import Distribution, EntryPoint, distributions


class NoSuchEntryPointError(Exception):
    """Raised when the package of a wheel task has no function for the entry point that the task names."""


def find_entry_point(package: str, name: str, paths: list[str]) -> Callable[[], object]:
    """Return the function to call.

    The metadata of the package comes first: an entry point of that name in any group, console scripts before others.
    Without one, the function `name` of the package itself.

    Raises:
        NoSuchEntryPointError: neither exists.
    """
    declared = _declared(package, name, paths)
    if declared is not None:
        function: Callable[[], object] = declared.load()
        return function
    return _attribute(package, name)


def _declared(package: str, name: str, paths: list[str]) -> EntryPoint | None:
    of_package = [found for found in _distributions(paths) if _normalized(found.name) == _normalized(package)]
    points = [point for distribution in of_package[:1] for point in distribution.entry_points if point.name == name]
    return min(points, key=lambda point: point.group != "console_scripts", default=None)


def _distributions(paths: list[str]) -> list[Distribution]:
    return [*distributions(path=paths), *distributions()]


def _attribute(package: str, name: str) -> Callable[[], object]:
    module_name = package.replace("-", "_")
    try:
        function: Callable[[], object] = getattr(importlib.import_module(module_name), name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise NoSuchEntryPointError(
            f"No package '{package}' is installed for this run. Name its wheel in 'libraries' or in the environment's "
            "'dependencies'."
        ) from None
    except AttributeError:
        raise NoSuchEntryPointError(
            f"The package '{package}' declares no entry point '{name}' and has no function of that name."
        ) from None
    return function


def _normalized(name: str) -> str:
    """The form in which distribution names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def run_file(path: str) -> None:
    """Run a script as `python path` would."""
    runpy.run_path(path, run_name="__main__")
