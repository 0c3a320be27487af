"""What holds for every DAG file."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization
from tests.dags.conftest import DAG_FILES, load

from churn.config import load_settings
from churn.errors import ConfigError
from churn.gate.wording import describe_policy
from churn_airflow.environment import ENVIRONMENT_VARIABLE
from churn_airflow.notifier import ChurnNotifier

JOBS_ONLY = {"mlflow", "pyspark", "sklearn", "scipy", "matplotlib"}
INITIAL_JOBS = "initial_jobs"  # in place of the first four tasks, where the settings say so
ENVIRONMENTS = ["local", "dev", "staging", "prod"]


def test_these_are_the_dags(dags: dict[str, DAG]) -> None:
    assert sorted(dags) == ["batch_inference", "deploy_gate", "initial_train_register", "rollback", "train"]


def test_a_dag_is_named_after_its_file(dag: DAG, dag_file: Path) -> None:
    assert dag.dag_id == dag_file.stem


@pytest.mark.usefixtures("offline")
def test_loading_asks_nobody(dag_file: Path) -> None:
    assert load(dag_file).tasks


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_dag_loads_and_is_stored_in_every_environment(
    environment: str, dag_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, environment)

    stored = DagSerialization.to_dict(load(dag_file))

    assert environment in stored["dag"]["tags"]


def test_an_unknown_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "moon")

    with pytest.raises(ConfigError, match="no environment 'moon'"):
        load(DAG_FILES[0])


def test_a_dag_says_what_it_is_and_whose(dag: DAG) -> None:
    assert dag.tags == {"churn", "local"}
    assert dag.description
    assert dag.doc_md is not None
    assert "When" in dag.doc_md
    assert {task.owner for task in dag.tasks} == {"churn"}


def test_a_runbook_names_every_task(dag: DAG) -> None:
    missing = [task.task_id for task in dag.tasks if f"`{task.task_id}`" not in str(dag.doc_md)]

    assert missing == []


def test_a_runbook_says_what_to_do_about_tasks_that_exist(dag: DAG) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", str(dag.doc_md), re.MULTILINE)

    assert set(rows) <= {*dag.task_ids, INITIAL_JOBS}


def test_loading_brings_no_library_that_only_the_jobs_need() -> None:
    """Airflow reads these files again and again, and need not have the libraries at all."""
    script = "import runpy, sys; [runpy.run_path(path) for path in sys.argv[1:]]; print(*sys.modules)"
    command = [sys.executable, "-c", script, *map(str, DAG_FILES)]

    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert "churn_airflow.jobs" in loaded
    assert JOBS_ONLY & set(loaded) == set()


def test_the_gate_s_page_shows_the_policy_of_the_environment(dags: dict[str, DAG]) -> None:
    page = str(dags["deploy_gate"].doc_md)

    assert [sentence for sentence in describe_policy(load_settings("local").gate) if sentence not in page] == []


def test_every_failure_is_told(dag: DAG) -> None:
    for task in dag.tasks:
        callbacks: Any = task.on_failure_callback
        assert [type(callback) for callback in callbacks] == [ChurnNotifier], task.task_id


def test_every_task_is_tried_again(dag: DAG) -> None:
    retries = load_settings("local").airflow.retries

    assert {task.retries for task in dag.tasks} == {retries}


def test_every_parameter_has_a_form_field(dag: DAG) -> None:
    for name in dag.params:
        param = dag.params.get_param(name)
        assert param.schema.get("title"), name
        assert param.description, name
        assert param.schema.get("type"), name
