"""A real MLflow server, and an Airflow connection to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tests.plugins.support import Registry, TaskContext

from churn.config import RegistryMode
from churn_airflow.registry_hook import RegistryHook

CONNECTION = "databricks_test"
START_SECONDS = 120


@pytest.fixture(scope="session")
def registry_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """MLflow's own server on a free port, without its job workers."""
    root = tmp_path_factory.mktemp("mlflow")
    port = _free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--workers=1", f"--port={port}"]
    command += [f"--backend-store-uri=sqlite:///{root}/mlflow.db", f"--artifacts-destination={root}/artifacts"]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with Path(root / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=root, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_until_healthy(server, port, root / "log")
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


@pytest.fixture
def conn_id(registry_port: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Databricks connection to the server, as the environment declares one to Airflow."""
    connection = {"conn_type": "databricks", "host": "127.0.0.1", "port": registry_port, "schema": "http"}
    monkeypatch.setenv(f"AIRFLOW_CONN_{CONNECTION.upper()}", json.dumps({**connection, "password": "a-token"}))
    return CONNECTION


@pytest.fixture
def dead_conn_id(monkeypatch: pytest.MonkeyPatch) -> str:
    """A Databricks connection to a port that nobody listens on."""
    connection = {"conn_type": "databricks", "host": "127.0.0.1", "port": _free_port(), "schema": "http"}
    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEAD", json.dumps({**connection, "password": "a-token"}))
    return "databricks_dead"


@pytest.fixture(params=list(RegistryMode))
def mode(request: pytest.FixtureRequest) -> RegistryMode:
    """Both ways of marking stages: what holds in one must hold in the other."""
    return RegistryMode(request.param)


@pytest.fixture
def hook(conn_id: str, mode: RegistryMode) -> RegistryHook:
    return RegistryHook(conn_id, registry_mode=mode, caller="tests")


@pytest.fixture
def registry(registry_port: int) -> Registry:
    return Registry(f"http://127.0.0.1:{registry_port}/api/2.0/mlflow", f"model_{uuid.uuid4().hex}")


@pytest.fixture
def task() -> TaskContext:
    return TaskContext()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    pytest.fail(f"The MLflow server did not start:\n{log.read_text()}")
