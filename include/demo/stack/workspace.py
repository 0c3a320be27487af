"""The local workspace as a process of the stack."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from demo.places import Places
from demo.stack.processes import Processes

NAME = "workspace"
ANNOUNCE_SECONDS = 60.0
WARM_SECONDS = 180.0


@dataclass(frozen=True)
class Workspace:
    """Where the workspace answers, and the token that it asks for."""

    url: str
    port: int
    token: str


def start_workspace(processes: Processes, inherited: Mapping[str, str], options: Sequence[str] = ()) -> Workspace:
    """Start the workspace on a free port, with further options. It can run jobs later: see `wait_until_warm`."""
    root, announcement = processes.places.workspace, _announcement(processes.places)
    announcement.unlink(missing_ok=True)  # of a workspace that was killed
    argv = [sys.executable, "-m", "local_workspace", "serve", "--root", str(root), "--port", "0", *options]
    processes.start(NAME, argv, inherited)
    processes.wait_until(announcement.exists, "the workspace", seconds=ANNOUNCE_SECONDS)
    url = json.loads(announcement.read_text(encoding="utf-8"))["url"]
    return workspace_at(url, processes.places)


def workspace_at(url: str, places: Places) -> Workspace:
    """The workspace that answers at an address, with the token that it has made."""
    token = (places.workspace / "token").read_text(encoding="utf-8").strip()
    return Workspace(url, httpx.URL(url).port or 80, token)


def wait_until_warm(processes: Processes, workspace: Workspace) -> None:
    """Wait until the workspace answers, which it does when its MLflow server does."""
    processes.wait_until(lambda: _answers(workspace), "the workspace", seconds=WARM_SECONDS)


def _answers(workspace: Workspace) -> bool:
    headers = {"Authorization": f"Bearer {workspace.token}"}
    url = f"{workspace.url}/api/2.0/mlflow/experiments/get?experiment_id=0"
    try:
        return httpx.get(url, headers=headers, timeout=30, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _announcement(places: Places) -> Path:
    return places.workspace / "server.json"
