"""Records of decisions, as people ask for them on a console: real records in a real MLflow store."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from pyspark.sql import SparkSession

from churn import cli
from churn.config import load_settings
from churn.errors import ConfigError, RecordError
from churn.jobs import model_deployment
from churn.stages import Stage

Gate = Callable[..., tuple[int, str]]
MODEL = "churn_told"
DAG = {"airflow.dag_id": "deploy_gate", "airflow.dag_run_id": "manual__1"}


@pytest.fixture(scope="module")
def recorded(spark: SparkSession, trained: dict[str, Any]) -> dict[str, str]:
    """Settings of a model whose version 2 was compared with version 1, promoted by Ada, and whose version 3 was not."""
    client = MlflowClient()
    client.create_registered_model(MODEL)
    source = client.search_model_versions(f"name = '{trained['registry.model_name']}'")
    for version in [*sorted(source, key=lambda version: int(version.version)), source[0]]:
        client.create_model_version(MODEL, version.source, version.run_id)
    client.transition_model_version_stage(MODEL, "1", Stage.PRODUCTION)
    client.transition_model_version_stage(MODEL, "2", Stage.STAGING)
    names = {"registry.model_name": MODEL, "tracking.deploy_experiment": f"/{MODEL}/deployment"}
    ran = {"run.dag_id": DAG["airflow.dag_id"], "run.dag_run_id": DAG["airflow.dag_run_id"]}
    model_deployment.run(load_settings("local", {**trained, **names, **ran}), spark)
    act(names["tracking.deploy_experiment"], {"gate.act": "PROMOTED", "gate.replaced_version": "1"})
    return names


def act(experiment: str, tags: Mapping[str, str]) -> str:
    """A record such as the DAGs write; returns its run's id."""
    client = MlflowClient()
    common = {
        "gate.record": "act",
        "gate.model_name": MODEL,
        "gate.version": "2",
        "gate.approved_by": "Ada",
        "gate.reason": "The numbers are fine.",
        **DAG,
    }
    experiment_id = client.get_experiment_by_name(experiment).experiment_id
    run_id = client.create_run(experiment_id, tags={**common, **tags}).info.run_id
    client.set_terminated(run_id)
    return str(run_id)


@contextmanager
def using(server: str) -> Iterator[None]:
    """Another tracking server for a while."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(server)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)


def console(*arguments: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """The installed console script where nothing names a tracking server."""
    script = Path(sys.executable).parent / "churn"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    command: list[str | Path] = [script, "gate", *arguments, "--env", "local"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory, env=environment)


@pytest.fixture
def gate(recorded: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Gate:
    """Runs a command in the environment with the records; gives the exit code and what was printed."""

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        own = [f"--{key}={value}" for key, value in recorded.items() if not any(key in one for one in arguments)]
        code = cli.main(["gate", *arguments, "--env", "local", *own])
        return code, capsys.readouterr().out

    return run


class TestExplain:
    def test_tells_what_was_compared_and_who_promoted_it(self, gate: Gate) -> None:
        code, told = gate("explain", "2")

        assert code == 0
        compared, promoted = told.split("== Promoted ")
        assert compared.startswith("Version 2 of churn_told\n\n== Compared ")
        assert "by deploy_gate manual__1, MLflow run" in compared
        assert "Version 2 of churn_told was compared with version 1 in Production" in compared
        assert "The policy at that time:" in compared
        assert "promoted to Production in place of version 1, approved by Ada: The numbers are fine." in promoted

    def test_tells_of_a_production_version_what_it_stood_against(self, gate: Gate) -> None:
        _, told = gate("explain", "1")

        assert "== Challenged " in told
        assert "== Promoted " in told  # by which it left Production

    def test_gives_everything_as_json(self, gate: Gate) -> None:
        code, printed = gate("explain", "2", "--json")

        history = json.loads(printed)
        assert code == 0
        assert history["acts"][0]["approved_by"] == "Ada"
        assert history["comparisons"][0]["record"]["evidence"]["registry_before"]["candidate_version"] == "2"

    @pytest.mark.parametrize(
        ("version", "message"),
        [
            ("9", "The model churn_told has no version 9: it has 1, 2, 3"),
            ("two", "The model churn_told has no version two: it has 1, 2, 3"),
            ("3", "Version 3 of churn_told was neither compared nor moved: /churn_told/deployment has no record"),
        ],
    )
    def test_says_which_version_it_does_not_know(self, gate: Gate, version: str, message: str) -> None:
        with pytest.raises(RecordError, match=message):
            gate("explain", version)

    def test_needs_a_version(self, gate: Gate) -> None:
        with pytest.raises(ConfigError, match="VERSION"):
            gate("explain")


class TestReplay:
    def test_the_policy_of_then_decides_as_then(self, gate: Gate) -> None:
        code, told = gate("replay", "--exit-code")

        assert code == 0
        assert "0 of 1 decisions would differ." in told

    def test_another_policy_differs_and_says_why(self, gate: Gate) -> None:
        code, told = gate("replay", "--gate.min_rows=100000")

        assert code == 0
        assert "1 of 1 decisions would differ." in told
        assert "replayed HOLD, because\n  - main.t_trained.churn_reference holds" in told

    def test_a_script_can_ask_whether_one_differs(self, gate: Gate) -> None:
        code, _ = gate("replay", "--exit-code", "--gate.min_rows=100000")

        assert code == 2

    def test_gives_both_decisions_as_json(self, gate: Gate) -> None:
        _, printed = gate("replay", "--json", "--gate.min_rows=100000")

        (decision,) = json.loads(printed)["decisions"]
        assert decision["differs"]
        assert decision["replayed"]["verdict"] == "HOLD"
        assert decision["recorded"]["reasons"]

    def test_a_policy_that_cannot_be_is_refused(self, gate: Gate) -> None:
        with pytest.raises(ConfigError, match=r"gate\.margin in the overrides is '-1'"):
            gate("replay", "--gate.margin=-1")

    def test_a_record_that_cannot_be_read_is_named_and_the_others_are_replayed(
        self, gate: Gate, recorded: dict[str, str]
    ) -> None:
        broken = act(recorded["tracking.deploy_experiment"], {"gate.record": "comparison"})
        try:
            code, printed = gate("replay", "--json")
        finally:
            MlflowClient().delete_run(broken)

        found = json.loads(printed)
        assert code == 1
        assert len(found["decisions"]) == 1
        assert found["unreadable"][0].startswith(f"The record in MLflow run {broken} cannot be read: ")

    def test_without_a_record_there_is_nothing_to_replay(self, gate: Gate) -> None:
        MlflowClient().create_experiment("/empty/deployment")

        with pytest.raises(RecordError, match="/empty/deployment holds no comparison yet"):
            gate("replay", "--tracking.deploy_experiment=/empty/deployment")

    def test_an_experiment_that_does_not_exist_is_named(self, gate: Gate) -> None:
        with pytest.raises(RecordError, match=r"holds no experiment /none/deployment: .* in local"):
            gate("replay", "--tracking.deploy_experiment=/none/deployment")


@pytest.mark.parametrize("command", [["explain", "2"], ["replay"]])
def test_a_tracking_server_that_cannot_be_reached_is_named(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        server = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        with using(server), pytest.raises(RecordError, match=f"{server} gives no records: .*Check MLFLOW_TRACKING_URI"):
            gate(*command)


def test_a_tracking_server_that_nobody_named_is_asked_for_and_none_is_made_up(tmp_path: Path) -> None:
    done = console("replay", directory=tmp_path)

    assert done.returncode == 1
    assert done.stderr == (
        "churn: No tracking server is named: set MLFLOW_TRACKING_URI, and MLFLOW_TRACKING_TOKEN if it asks\n"
    )
    assert list(tmp_path.iterdir()) == []
