"""A compose stack as the tests handle it: by the make targets, and by what the engine says of its containers."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.places import PROJECT as PROJECT
from demo.stack.compose import ComposeStack, connect

SECONDS = 900.0  # generous: of a machine that has other things to do
# All processes that the container's user may signal, without warning. Then the container's first process ends as well.
CRASH = ["python", "-c", "import os, signal; os.kill(-1, signal.SIGKILL)"]


@dataclass(frozen=True)
class Compose:
    """The stack that was started with a file of variables."""

    env_file: Path

    def make(self, target: str) -> None:
        subprocess.run(["make", target, f"ENV_FILE={self.env_file}"], cwd=PROJECT, check=True)

    @contextmanager
    def demo(self) -> Iterator["subprocess.Popen[str]"]:
        """The lifecycle at work, its output line by line."""
        command = ["make", "compose-demo", f"ENV_FILE={self.env_file}"]
        with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as running:
            yield running

    @contextmanager
    def clients(self) -> Iterator[ComposeStack]:
        with closing(connect(self.env_file)) as stack:
            yield stack

    def containers(self) -> dict[str, Any]:
        """What the engine knows of each container of the stack, by service."""
        mine = f"label=com.docker.compose.project={self._project}"
        ids = _docker("ps", "--all", "--quiet", "--filter", mine).split()
        found = json.loads(_docker("inspect", *ids)) if ids else []
        return {container["Config"]["Labels"]["com.docker.compose.service"]: container for container in found}

    def crash(self, service: str) -> None:
        """Kill a service, and wait until the engine has started it again and it is healthy."""
        before = self.containers()[service]
        # Its own exit code says nothing: the command dies with the container that it kills.
        subprocess.run(["docker", "exec", before["Id"], *CRASH], check=False, capture_output=True)
        wait_until(lambda: self._is_another(service, before), f"another {service}")

    def _is_another(self, service: str, before: dict[str, Any]) -> bool:
        now = self.containers()[service]
        return now["RestartCount"] > before["RestartCount"] and is_healthy(now)

    @property
    def _project(self) -> str:
        lines = self.env_file.read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)["COMPOSE_PROJECT_NAME"]


def engine_answers() -> bool:
    return shutil.which("docker") is not None and _docker_succeeds("info")


def is_healthy(container: dict[str, Any]) -> bool:
    return bool(container["State"]["Health"]["Status"] == "healthy")


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what} was not there within {SECONDS:.0f} s"
        time.sleep(0.5)


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout


def _docker_succeeds(*arguments: str) -> bool:
    return subprocess.run(["docker", *arguments], check=False, capture_output=True).returncode == 0
