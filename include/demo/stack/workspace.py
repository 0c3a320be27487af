"""The local workspace as a process of the stack."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from demo.places import Places
from demo.stack.ports import LOOPBACK, free_port
from demo.stack.processes import Processes

NAME = "workspace"
TOKEN_SECONDS = 60.0
START_SECONDS = 180.0


@dataclass(frozen=True)
class Workspace:
    """Where the workspace answers, and the token that it asks for."""

    port: int
    token: str

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def start_workspace(processes: Processes, inherited: Mapping[str, str]) -> Workspace:
    """Start the workspace. It answers some seconds later, when its libraries are loaded: see `wait_for_workspace`."""
    places = processes.places
    token_file = places.workspace / "token"
    _announcement(places).unlink(missing_ok=True)  # of a workspace that was killed
    port = free_port()
    argv = [sys.executable, "-m", "local_workspace", "serve", "--root", str(places.workspace), "--port", str(port)]
    processes.start(NAME, argv, inherited)
    processes.wait_until(token_file.exists, "the workspace's token", seconds=TOKEN_SECONDS)
    return Workspace(port, token_file.read_text(encoding="utf-8").strip())


def wait_for_workspace(processes: Processes, workspace: Workspace) -> None:
    """Wait until the workspace says that it serves, and answers."""
    processes.wait_until(
        lambda: _announced(processes.places) == workspace.url and _answers(workspace),
        "the workspace",
        seconds=START_SECONDS,
    )


def _announced(places: Places) -> str | None:
    path = _announcement(places)
    return str(json.loads(path.read_text(encoding="utf-8"))["url"]).rstrip("/") if path.exists() else None


def _answers(workspace: Workspace) -> bool:
    headers = {"Authorization": f"Bearer {workspace.token}"}
    try:
        answer = httpx.get(f"{workspace.url}/api/2.2/jobs/runs/list", headers=headers, timeout=5, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.is_success


def _announcement(places: Places) -> Path:
    return places.workspace / "server.json"
