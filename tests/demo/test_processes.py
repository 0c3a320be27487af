"""A stack's processes end together, whoever started them and whatever they forked."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from demo.errors import StackError
from demo.places import Places
from demo.stack.processes import Processes

SLEEP = "import time; time.sleep(600)"
# Writes its own pid and that of a child that leaves the process group and the session, as a workspace's run does.
FORK_AWAY = """
import os, pathlib, time
child = os.fork()
if child == 0:
    os.setsid()
else:
    pathlib.Path("forked").write_text(f"{os.getpid()} {child}")
time.sleep(600)
"""
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"


def start(processes: Processes, code: str, name: str = "sleeper") -> None:
    processes.start(name, [sys.executable, "-c", code], os.environ)


def start_forking(processes: Processes) -> list[int]:
    start(processes, FORK_AWAY, "forker")
    note = processes.places.home / "forked"
    processes.wait_until(lambda: note.exists() and len(note.read_text().split()) == 2, "the fork", seconds=20)
    return [int(pid) for pid in note.read_text().split()]


def is_alive(pid: int) -> bool:
    return bool(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


def test_stopping_ends_children_that_left_group_and_session(processes: Processes) -> None:
    pids = start_forking(processes)

    processes.stop()

    assert not [pid for pid in pids if is_alive(pid)]


def test_what_a_killed_parent_left_over_is_found(processes: Processes) -> None:
    parent, orphan = start_forking(processes)
    os.kill(parent, signal.SIGKILL)

    assert processes.any_running()
    processes.stop()

    assert not is_alive(orphan)


def test_a_process_that_ignores_the_request_is_killed(processes: Processes) -> None:
    start(processes, DEAF, "deaf")
    log = processes.log("deaf")
    processes.wait_until(lambda: "deaf" in log.read_text(), "the process", seconds=20)

    processes.stop()

    assert not processes.any_running()


def test_other_stacks_and_strangers_live_on(processes: Processes, tmp_path: Path) -> None:
    other_home = tmp_path / "other"
    other_home.mkdir()
    other = Processes(Places(other_home))
    start(other, SLEEP)
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP])
    start(processes, SLEEP)

    stopped = processes.stop()

    assert stopped == 1
    assert other.any_running()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    other.stop()


def test_stopping_nothing_is_no_error(processes: Processes) -> None:
    assert processes.stop() == 0


def test_a_process_that_died_is_reported_with_the_end_of_its_log(processes: Processes) -> None:
    start(processes, "raise SystemExit('no such database')", "scheduler")

    with pytest.raises(StackError, match=r"(?s)scheduler ended with exit code 1.*scheduler\.log.*no such database"):
        processes.wait_until(lambda: False, "Airflow", seconds=20)


def test_waiting_has_an_end(processes: Processes) -> None:
    start(processes, SLEEP)

    with pytest.raises(StackError, match="Airflow was not ready within 0 s"):
        processes.wait_until(lambda: False, "Airflow", seconds=0)


def test_output_is_for_the_owner_only(processes: Processes) -> None:
    start(processes, "import pathlib; pathlib.Path('written').touch(); " + SLEEP, "writer")
    written = processes.places.home / "written"
    processes.wait_until(written.exists, "the file", seconds=20)

    assert written.stat().st_mode & 0o077 == 0
