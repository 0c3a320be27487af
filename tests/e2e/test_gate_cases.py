"""What the gate does in the states that a registry can be in, by its DAG and its job on the workspace.

Each test has a registered model and a deployment experiment of its own, and the DAG is run by Airflow's `dag.test()`,
with these in its settings. What a person is asked is in `test_rollback.py`, where a scheduler runs the DAG.
"""

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Timer
from typing import IO, Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from churn.config import RegistryMode, Settings
from churn.stages import ALIASES, Stage
from demo.lifecycle import Conductor
from demo.stack.airflow import airflow_environment, databricks_connection, prepare_metadata
from demo.stack.lifetime import Stack

from .conftest import HERE, new_places, register_again

pytestmark = pytest.mark.e2e

SHALLOW, DEEP = "1", "2"  # the versions that the lifecycle has trained
ENDED = "ended: "
SECONDS = 900  # for all cases
USED = (Stage.STAGING, Stage.PRODUCTION)
RunGate = Callable[[Mapping[str, str]], tuple[str, str]]


@pytest.fixture(scope="module")
def run_gate(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunGate]:
    """Runs the DAG with settings of its own, in an Airflow where no scheduler takes part; returns state and log."""
    own = new_places(tmp_path_factory.mktemp("gate"))
    connection = databricks_connection(stack.workspace.port, stack.workspace.token)
    environment = airflow_environment(own, stack.secrets, port=0, workspace_connection=connection, inherited={})
    prepare_metadata(own, environment, fresh=True)
    command = [sys.executable, str(HERE / "scripts" / "gate.py")]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        guard = Timer(SECONDS, process.kill)
        guard.start()
        yield partial(converse, process.stdin, process.stdout)
        guard.cancel()


def converse(asked: IO[str], answers: IO[str], overrides: Mapping[str, str]) -> tuple[str, str]:
    """One run by `gate.py`: its state and log."""
    print(json.dumps(overrides), file=asked, flush=True)
    log: list[str] = []
    for line in answers:
        if line.startswith(ENDED):
            return line.removeprefix(ENDED).strip(), "".join(log)
        log.append(line)
    pytest.fail("".join(log))


@dataclass(frozen=True)
class Gate:
    """A registered model of its own before the gate, and the records that the gate leaves."""

    registry: MlflowClient
    run_gate: RunGate
    trained: str  # the registered model with the lifecycle's versions
    model: str
    mode: RegistryMode
    experiment: str

    def register(self, trained_version: str, stage: Stage) -> str:
        """Register what the lifecycle has trained, and put it into a stage."""
        version = register_again(self.registry, self.trained, trained_version, self.model)
        self._move(version, stage)
        return version

    def register_without_model(self, stage: Stage) -> str:
        """Register a version as `register` does, from a run that has logged no model."""
        trained = self.registry.get_run(self.registry.get_model_version(self.trained, SHALLOW).run_id)
        run_id = self.registry.create_run(trained.info.experiment_id).info.run_id
        for key in ("reference_share", "reference_salt"):
            self.registry.log_param(run_id, key, trained.data.params[key])
        version = str(self.registry.create_model_version(self.model, f"runs:/{run_id}/model", run_id).version)
        self._move(version, stage)
        return version

    def _move(self, version: str, stage: Stage) -> None:
        if self.mode is RegistryMode.ALIASES:
            self.registry.set_registered_model_alias(self.model, ALIASES[stage], version)
        else:
            self.registry.transition_model_version_stage(self.model, version, stage)

    def run_to_success(self, **overrides: str) -> None:
        state, log = self.run(**overrides)
        assert state == "success", log

    def run(self, **overrides: str) -> tuple[str, str]:
        """Run the DAG to its end; returns its state and log."""
        own = {
            "registry.model_name": self.model,
            "registry.mode": self.mode.value,
            "tracking.deploy_experiment": self.experiment,
        }
        return self.run_gate({**own, **overrides})

    def in_use(self) -> dict[Stage, list[str]]:
        """Which versions are in Staging and in Production."""
        if self.mode is RegistryMode.ALIASES:
            aliases = self.registry.get_registered_model(self.model).aliases
            return {stage: [str(aliases[ALIASES[stage]])] for stage in USED if ALIASES[stage] in aliases}
        found = self.registry.search_model_versions(f"name = '{self.model}'")
        by_stage = {stage: [str(v.version) for v in found if v.current_stage == stage] for stage in USED}
        return {stage: versions for stage, versions in by_stage.items() if versions}

    def records(self, kind: str) -> list[Run]:
        """Finished records, oldest first."""
        experiment = self.registry.get_experiment_by_name(self.experiment)
        if experiment is None:
            return []
        query = f"tags.`gate.record` = '{kind}' AND attributes.status = 'FINISHED'"
        return list(
            self.registry.search_runs([experiment.experiment_id], query, order_by=["attributes.start_time ASC"])
        )

    def verdict(self) -> tuple[str, str]:
        """The verdict of the last comparison, and its reasons."""
        tags = self.records("comparison")[-1].data.tags
        return tags["gate.verdict"], tags["gate.reasons"]

    def acts(self) -> list[tuple[str, ...]]:
        """What was done to which version in place of which, and who approved it."""
        keys = ("gate.act", "gate.version", "gate.replaced_version", "gate.approved_by")
        return [tuple(run.data.tags[key] for key in keys) for run in self.records("act")]


@pytest.fixture
def gate(
    ended: Conductor,
    settings: Settings,
    registry: MlflowClient,
    run_gate: RunGate,
    request: pytest.FixtureRequest,
) -> Iterator[Gate]:
    mode = getattr(request, "param", RegistryMode.STAGES)
    model, trained = f"gate_{uuid.uuid4().hex}", settings.registry.model_name
    experiment = f"{settings.tracking.deploy_experiment}.{model}"
    registry.create_registered_model(model)
    yield Gate(registry, run_gate, trained, model, mode, experiment)
    registry.delete_registered_model(model)


in_both_modes = pytest.mark.parametrize("gate", list(RegistryMode), indirect=True)


def test_a_first_version_is_promoted_by_floor_and_calibration_alone(gate: Gate) -> None:
    version = gate.register(SHALLOW, Stage.STAGING)

    gate.run_to_success()

    verdict, reasons = gate.verdict()
    assert verdict == "PROMOTE", reasons
    assert "There is no version in Production yet" in reasons
    assert not [name for name in gate.records("comparison")[-1].data.metrics if name.startswith("gain_")]
    assert gate.in_use() == {Stage.PRODUCTION: [version]}
    assert gate.acts() == [("PROMOTED", version, "", "policy")]


def test_a_first_version_below_the_floor_is_archived(gate: Gate) -> None:
    version = gate.register(SHALLOW, Stage.STAGING)

    gate.run_to_success(**{"gate.guardrails.floor": "0.99"})

    verdict, reasons = gate.verdict()
    assert verdict == "ARCHIVE", reasons
    assert gate.in_use() == {}
    assert gate.acts() == [("ARCHIVED", version, "", "policy")]


def test_without_a_candidate_the_wait_ends_and_says_for_what(gate: Gate) -> None:
    gate.register(SHALLOW, Stage.PRODUCTION)

    state, log = gate.run(**{"airflow.sensor_timeout_seconds": "2"})

    assert state == "failed"
    assert f"No version of '{gate.model}' came to Staging within 2 s" in log
    assert gate.records("comparison") == gate.records("act") == []


def test_a_candidate_that_cannot_be_loaded_is_held_and_nothing_is_moved(gate: Gate) -> None:
    production = gate.register(SHALLOW, Stage.PRODUCTION)
    candidate = gate.register_without_model(Stage.STAGING)

    gate.run_to_success()

    verdict, reasons = gate.verdict()
    assert verdict == "HOLD"
    assert f"Version {candidate} (candidate) could not be loaded and scored" in reasons
    assert gate.in_use() == {Stage.PRODUCTION: [production], Stage.STAGING: [candidate]}
    assert gate.acts() == []


@in_both_modes
def test_the_better_version_replaces_production_and_the_worse_one_does_not(gate: Gate) -> None:
    shallow = gate.register(SHALLOW, Stage.PRODUCTION)
    deep = gate.register(DEEP, Stage.STAGING)

    gate.run_to_success()

    verdict, reasons = gate.verdict()
    assert verdict == "PROMOTE", reasons
    assert gate.in_use() == {Stage.PRODUCTION: [deep]}

    again = gate.register(SHALLOW, Stage.STAGING)

    gate.run_to_success()

    verdict, reasons = gate.verdict()
    assert verdict == "ARCHIVE", reasons
    assert gate.in_use() == {Stage.PRODUCTION: [deep]}
    assert gate.acts() == [("PROMOTED", deep, shallow, "policy"), ("ARCHIVED", again, "", "policy")]
