"""The stack for real: it starts, the lifecycle ends right in it, and neither restarts nor crashes lose anything."""

from typing import Any

import pytest
from tests.compose.support import Compose, is_healthy, wait_until

from churn.config import load_settings
from demo.clients.workspace import ModelVersion
from demo.lifecycle import FINAL, GATE, INFERENCE, SUCCESS

pytestmark = pytest.mark.compose

ONE_SHOT = "init"
MODEL = load_settings("local").registry.model_name


def versions(compose: Compose) -> list[ModelVersion]:
    with compose.clients() as stack:
        return stack.workspace_api.model_versions(MODEL)


def assert_lifecycle_ended_right(compose: Compose) -> None:
    assert [(version.parameters["max_depth"], version.stage) for version in versions(compose)] == [
        ("4", "Archived"),
        ("8", "Production"),
    ]


def test_every_service_is_healthy(compose: Compose, definition: dict[str, Any]) -> None:
    containers = compose.containers()

    assert set(containers) == set(definition["services"])
    assert containers.pop(ONE_SHOT)["State"]["ExitCode"] == 0
    assert [name for name, container in containers.items() if not is_healthy(container)] == []


def test_only_this_machine_reaches_it(compose: Compose) -> None:
    bindings = [
        binding["HostIp"]
        for container in compose.containers().values()
        for published in container["NetworkSettings"]["Ports"].values()
        for binding in published or []
    ]

    assert bindings == ["127.0.0.1"] * 2


def test_nothing_runs_as_root(compose: Compose) -> None:
    users = {name: container["Config"]["User"] for name, container in compose.containers().items()}

    assert set(users.values()) == {"churn", "postgres"}


def test_the_lifecycle_ends_right(compose: Compose) -> None:
    compose.make("compose-demo")

    assert_lifecycle_ended_right(compose)


def test_data_survives_down_and_up(compose: Compose) -> None:
    with compose.clients() as stack:
        scoring = stack.airflow_api.trigger(INFERENCE, {})
        wait_until(lambda: stack.airflow_api.state(scoring) == SUCCESS, "a scored batch")
    before = versions(compose)

    compose.make("compose-down")
    assert compose.containers() == {}
    compose.make("compose-up")

    assert versions(compose) == before
    with compose.clients() as stack:
        assert stack.airflow_api.state(scoring) == SUCCESS
        scored_again = stack.airflow_api.trigger(INFERENCE, {})  # from the features and the model that were there
        wait_until(lambda: stack.airflow_api.state(scored_again) in FINAL, "another scored batch")
        assert stack.airflow_api.state(scored_again) == SUCCESS


@pytest.mark.parametrize("service", ["scheduler", "workspace"])
def test_a_service_killed_during_a_job_comes_back_and_the_lifecycle_ends_right(compose: Compose, service: str) -> None:
    with compose.demo() as demo:
        assert demo.stdout
        for line in demo.stdout:
            if line.strip() == "running   model_train":
                break
        compose.crash(service)
        rest = demo.stdout.read()

    assert demo.returncode == 0, rest
    assert_lifecycle_ended_right(compose)


def test_a_killed_triggerer_comes_back_and_a_waiting_gate_goes_on(compose: Compose) -> None:
    with compose.clients() as stack:
        airflow = stack.airflow_api
        gate = airflow.trigger(GATE, {"approval": "auto"})
        wait_until(lambda: any(attempt.state == "deferred" for attempt in airflow.attempts(gate)), "a gate that waits")

        compose.crash("triggerer")
        airflow.trigger("train", {"approval": "auto"})
        wait_until(lambda: airflow.state(gate) in FINAL, "the end of the gate")

        assert airflow.state(gate) == SUCCESS
