"""One stack for all: starting it costs more than any test."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.compute import Environment
from databricks.sdk.service.jobs import JobEnvironment, SparkPythonTask, SubmitTask
from mlflow import MlflowClient
from rich.console import Console

from churn.config import Settings, load_settings
from churn.raw.generator import generate
from demo.commands import landed
from demo.lifecycle import Conductor, lifecycle
from demo.places import DEFAULT_HOME, Places
from demo.progress import Progress
from demo.stack.airflow import template_of
from demo.stack.lifetime import Stack, start_stack
from demo.stack.processes import Processes

from .faults import Faults

CUSTOMERS = 7043
WITHOUT_CHARGES = 11
HERE = Path(__file__).parent
VOLUME = "/Volumes/main/churn_local/tests"
SCRIPT_TIME = timedelta(minutes=2)
Query = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings("local")


def new_places(home: Path) -> Places:
    """A home for a stack, with the empty Airflow database that the set-up has made, if it is there."""
    prepared = template_of(Places(DEFAULT_HOME))
    if prepared.exists():
        shutil.copy(prepared, home)
    return Places(home)


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return new_places(tmp_path_factory.mktemp("stack"))


@pytest.fixture(scope="session")
def stack(places: Places, settings: Settings) -> Iterator[Stack]:
    processes = Processes(places)
    try:
        quiet = Progress(Console(file=StringIO()))
        options = ["--testing-aids"]
        with closing(start_stack(processes, settings, quiet, fresh=True, workspace_options=options)) as running:
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
def ended(stack: Stack, settings: Settings, conductor: Conductor, customers: Path) -> Conductor:
    """The lifecycle, taken to its end."""
    for step in lifecycle(settings, landed(stack, settings, customers)):
        conductor.take(step)
    return conductor


@pytest.fixture(scope="session")
def run_script(stack: Stack) -> Callable[..., Any]:
    """Runs one of the scripts here on the workspace; returns what it left as JSON in the file that it is given."""
    client = WorkspaceClient(host=stack.workspace.url, token=stack.workspace.token)
    numbers = count()

    def run(script: str, *parameters: str) -> Any:
        answer = f"{VOLUME}/answer-{next(numbers)}.json"
        stack.workspace_api.upload(HERE / "scripts" / script, f"{VOLUME}/{script}")
        work = SparkPythonTask(python_file=f"{VOLUME}/{script}", parameters=[*parameters, answer])
        task = SubmitTask(task_key="script", spark_python_task=work, environment_key="tests")
        environment = JobEnvironment("tests", spec=Environment(environment_version="3"))
        client.jobs.submit(run_name=script, tasks=[task], environments=[environment]).result(timeout=SCRIPT_TIME)
        with client.files.download(answer).contents as content:
            return json.load(content)

    return run


@pytest.fixture(scope="session")
def query(run_script: Callable[..., Any]) -> Query:
    """SQL over the workspace's tables."""
    return lambda sql: run_script("query.py", sql)


@pytest.fixture(scope="module")
def registry(stack: Stack) -> Iterator[MlflowClient]:
    """MLflow's own client of the workspace."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MLFLOW_TRACKING_TOKEN", stack.workspace.token)
        yield MlflowClient(tracking_uri=stack.workspace.url, registry_uri=stack.workspace.url)


def register_again(registry: MlflowClient, model: str, version: str, name: str) -> str:
    """Register the model behind a version once more, under a name; returns the new version."""
    known = registry.get_model_version(model, version)
    model_id = known.source.removeprefix("models:/")
    return str(registry.create_model_version(name, known.source, known.run_id, model_id=model_id).version)


@pytest.fixture
def faults(stack: Stack) -> Iterator[Faults]:
    headers = {"Authorization": f"Bearer {stack.workspace.token}"}
    url = f"{stack.workspace.url}/api/local/faults"
    with httpx.Client(headers=headers, trust_env=False) as client:
        yield Faults(client, url)
        client.delete(url)
