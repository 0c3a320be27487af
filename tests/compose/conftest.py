"""The parsed file for the tests that need no engine, one stack for those that do."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.compose.support import PROJECT, Compose, engine_answers

from demo.stack.ports import free_port


@pytest.fixture(scope="session")
def definition() -> dict[str, Any]:
    """What docker-compose.yaml says, with its anchors resolved."""
    parsed: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yaml").read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """A stack beside any other on this machine, started by the make target; its data is deleted at the end."""
    if not engine_answers():
        pytest.skip("no Docker engine answers here")
    compose = Compose(_env_file(tmp_path_factory.mktemp("compose")))
    try:
        compose.make("compose-up")
        yield compose
    finally:
        compose.make("compose-clean")


def _env_file(directory: Path) -> Path:
    path = directory / "env"
    subprocess.run(["make", "compose-env", f"ENV_FILE={path}"], cwd=PROJECT, check=True)
    own = {
        "COMPOSE_PROJECT_NAME": f"churn-test-{free_port()}",
        "AIRFLOW_PORT": free_port(),
        "WORKSPACE_PORT": free_port(),
    }
    made = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in made if line.partition("=")[0] not in own]
    path.write_text("\n".join([*kept, *(f"{name}={value}" for name, value in own.items())]) + "\n", encoding="utf-8")
    return path
