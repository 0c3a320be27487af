"""One stack for all: starting it costs more than any test."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from churn.config import Settings, load_settings
from churn.raw.generator import generate
from demo.lifecycle import Conductor
from demo.places import Places
from demo.progress import Progress
from demo.stack.lifetime import Stack, start_stack
from demo.stack.ports import LOOPBACK
from demo.stack.processes import Processes

CUSTOMERS = 7043
WITHOUT_CHARGES = 11
HERE = Path(__file__).parent
Query = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings("local")


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return Places(tmp_path_factory.mktemp("stack"))


@pytest.fixture(scope="session")
def stack(places: Places, settings: Settings) -> Iterator[Stack]:
    processes = Processes(places)
    try:
        with closing(start_stack(processes, settings, Progress(Console(file=StringIO())), fresh=True)) as running:
            yield running
    finally:
        processes.stop()


@pytest.fixture(scope="session")
def conductor(stack: Stack, settings: Settings) -> Conductor:
    return Conductor(stack, settings, Progress(Console(file=StringIO())))


@pytest.fixture(scope="session")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generated customers as a CSV file, as many as there are in the real data and as many with blank charges."""
    rows = generate(CUSTOMERS + CUSTOMERS // 10, seed=42).rows
    blank = rows["TotalCharges"] == " "
    rows = pd.concat([rows[blank].head(WITHOUT_CHARGES), rows[~blank].head(CUSTOMERS - WITHOUT_CHARGES)])
    path = tmp_path_factory.mktemp("data") / "customers.csv"
    rows.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def query(stack: Stack, places: Places) -> Query:
    """SQL over the workspace's tables, in an engine of its own: this process may hold another's Spark session."""

    def ask(sql: str) -> list[dict[str, Any]]:
        answer = subprocess.run(
            [sys.executable, str(HERE / "query.py"), str(places.workspace), sql],
            capture_output=True,
            text=True,
            check=True,
        )
        rows: list[dict[str, Any]] = json.loads(answer.stdout)
        return rows

    return ask


@pytest.fixture(scope="session")
def score_by_hand(stack: Stack, settings: Settings, query: Query) -> Callable[[str], dict[str, float]]:
    """Loads a registered version in a process of its own and scores all customers with it."""

    def score(version: str) -> dict[str, float]:
        answer = subprocess.run(
            [sys.executable, str(HERE / "by_hand.py"), settings.registry.model_name, version],
            input=json.dumps(query("SELECT * FROM main.churn_local.churn_features")),
            env={
                **os.environ,
                "MLFLOW_TRACKING_URI": stack.workspace.url,
                "MLFLOW_TRACKING_TOKEN": stack.workspace.token,
                "NO_PROXY": LOOPBACK,
            },
            capture_output=True,
            text=True,
            check=True,
        )
        scores: dict[str, float] = json.loads(answer.stdout)
        return scores

    return score
