"""Ctrl-C leaves nothing behind, wherever it comes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from demo.stack.processes import Processes

from .conftest import new_places

pytestmark = pytest.mark.e2e

SECONDS = 120


@pytest.mark.parametrize(
    ("begun", "stop"), [("workspace/server.json", signal.SIGTERM), ("logs/scheduler.log", signal.SIGINT)]
)
def test_an_interrupted_demo_ends_all_it_started(begun: str, stop: signal.Signals, tmp_path: Path) -> None:
    places = new_places(tmp_path)
    demo = subprocess.Popen([sys.executable, "-m", "demo", "--home", str(tmp_path), "run"])
    _wait_for(places.home / begun, demo)

    demo.send_signal(stop)

    assert demo.wait(SECONDS) == 128 + stop
    assert not Processes(places).any_running()
    assert _users_of(places.home) == []


def _wait_for(path: Path, demo: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + SECONDS
    while not path.exists():
        assert demo.poll() is None, "the demo ended by itself"
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.05)


def _users_of(home: Path) -> list[str]:
    """Command lines of the processes that work in a directory: also those that were given another environment."""
    return [
        " ".join(process.info["cmdline"] or [])
        for process in psutil.process_iter(["cmdline", "cwd"])
        if process.pid != os.getpid() and Path(process.info["cwd"] or "/").is_relative_to(home)
    ]
