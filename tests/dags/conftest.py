"""The DAGs as Airflow would load them, without a database, a connection or a network."""

import runpy
import socket
from pathlib import Path
from typing import Any, NoReturn

import pytest
from airflow.sdk import DAG, Connection

DAG_DIR = Path(__file__).parents[2] / "dags"
DAG_FILES = sorted(DAG_DIR.glob("*.py"))


def load(path: Path) -> DAG:
    """The one DAG of a file."""
    (dag,) = [value for value in runpy.run_path(str(path)).values() if isinstance(value, DAG)]
    return dag


@pytest.fixture(scope="session", params=DAG_FILES, ids=lambda path: path.stem)
def dag_file(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture
def dag(dag_file: Path) -> DAG:
    """Each DAG in turn."""
    return load(dag_file)


@pytest.fixture
def dags() -> dict[str, DAG]:
    """All DAGs by id."""
    return {dag.dag_id: dag for dag in map(load, DAG_FILES)}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses whatever leaves the process."""

    def refuse(*_args: Any, **_kwargs: Any) -> NoReturn:
        pytest.fail("a DAG file looked up a connection or opened a socket while it was loaded")

    monkeypatch.setattr(Connection, "get", refuse)
    monkeypatch.setattr(Connection, "async_get", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
