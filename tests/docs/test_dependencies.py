"""The page on dependencies has a row for each direct one, with the licence that its installed metadata states."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "dependencies.md"
NAME = re.compile(r"[A-Za-z0-9_.-]+")
HEADER = "| package | for | licence |\n| --- | --- | --- |\n"
WHEEL = "wheel"


def rows() -> list[str]:
    """The table as it should be."""
    return [f"| {name} | {', '.join(parts)} | {licence(distribution(name))} |" for name, parts in direct().items()]


def direct() -> dict[str, list[str]]:
    """Direct dependencies in alphabetical order, with the parts that use them."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {WHEEL: project["project"]["dependencies"], **project["dependency-groups"]}
    used_by = defaultdict(list)
    for group, requirements in groups.items():
        for requirement in requirements:
            used_by[NAME.match(requirement)[0].lower()].append(group)  # type: ignore[index]  # a requirement has a name
    return dict(sorted(used_by.items()))


def licence(installed: Distribution) -> str:
    """As an expression, else as a classifier, else as the one line or the file that says it."""
    return next(stated(installed))


def stated(installed: Distribution) -> Iterator[str]:
    metadata = installed.metadata
    yield from metadata.get_all("License-Expression") or []
    for classifier in metadata.get_all("Classifier") or []:
        if classifier.startswith("License :: ") and not classifier.endswith("OSI Approved"):
            yield classifier.rpartition(" :: ")[2]
    for text in metadata.get_all("License") or []:
        yield text.splitlines()[0]
    for file in installed.files or []:
        if file.name.startswith("LICENSE"):
            yield file.read_text().strip().splitlines()[0]


def test_every_direct_dependency_is_there_with_its_licence() -> None:
    table = PAGE.read_text(encoding="utf-8").partition(HEADER)[2].splitlines()

    assert table == rows(), "the table should be:\n" + "\n".join(rows())


@pytest.mark.parametrize("name", direct())
def test_only_databricks_own_client_is_tied_to_anything(name: str) -> None:
    """Everything else may be used anywhere; LGPL parts are used as they are and not changed."""
    tied = "Proprietary" in licence(distribution(name))

    assert tied == (name == "databricks-feature-store")


def test_the_tied_client_is_no_dependency_of_the_wheel() -> None:
    assert direct()["databricks-feature-store"] == ["dev"]
