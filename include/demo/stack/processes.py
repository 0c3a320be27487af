"""Processes that are started together and leave nothing behind.

Every process carries the stack's home in its environment, and so does whatever it forks, in any process group or
session. The end of a stack is therefore the end of all processes with that mark, also of those that a killed run left
over. Airflow's workers forbid reading their environment; those are known by the session that they were started in.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from demo.errors import StackError
from demo.places import Places

MARK = "CHURN_STACK_HOME"
GRACE_SECONDS = 5.0
POLL_SECONDS = 0.1
LOG_TAIL_LINES = 25


@dataclass
class Processes:
    """The processes of one stack."""

    places: Places
    _started: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a process in a session of its own, with its output in `logs/<name>.log`."""
        self.places.logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("wb") as log, self.places.sessions.open("a") as sessions:
            self._started[name] = process = subprocess.Popen(
                argv,
                env={**environment, **_mark(self.places.home)},
                cwd=self.places.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
            )
            sessions.write(f"{process.pid}\n")

    def log(self, name: str) -> Path:
        return self.places.logs / f"{name}.log"

    def check(self) -> None:
        """Raise a StackError with the end of its log when a process has died."""
        for name, process in self._started.items():
            if (code := process.poll()) is not None:
                log = self.log(name)
                raise StackError(f"{name} ended with {_exit(code)}; the end of {log}:\n{_tail(log)}")

    def wait_until(self, ready: Callable[[], bool], what: str, *, seconds: float) -> None:
        """Wait for a condition while all processes live.

        Raises:
            StackError: a process died, or the condition did not hold in time.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise StackError(f"{what} was not ready within {seconds:.0f} s: see the logs in {self.places.logs}")
            time.sleep(POLL_SECONDS)

    def any_running(self) -> bool:
        """Whether anything of the stack runs, whoever started it."""
        return bool(_ours(self.places))

    def stop(self) -> int:
        """End every process of the stack, whoever started it; returns how many there were.

        They are asked first, and end what they started in other environments; after a grace period all of them are
        killed. A process may fork while it is being asked: look again until none is left.
        """
        seen: set[int] = set()
        while processes := _ours(self.places):
            seen.update(process.pid for process in processes)
            tree = _with_descendants(processes)
            _signal(processes, signal.SIGTERM)
            _, alive = psutil.wait_procs(tree, timeout=GRACE_SECONDS)
            _signal(_with_descendants(alive), signal.SIGKILL)
            psutil.wait_procs(alive, timeout=GRACE_SECONDS)
        for process in self._started.values():
            process.wait()
        self._started.clear()
        self.places.sessions.unlink(missing_ok=True)
        return len(seen)


def _mark(home: Path) -> dict[str, str]:
    # Airflow names its processes by overwriting their arguments; without SPT_NOENV it overwrites the mark as well.
    return {MARK: str(home), "SPT_NOENV": "1"}


def _ours(places: Places) -> list[psutil.Process]:
    sessions = _recorded_sessions(places.sessions)
    return [process for process in psutil.process_iter() if _is_ours(process, places.home, sessions)]


def _recorded_sessions(path: Path) -> frozenset[int]:
    return frozenset(map(int, path.read_text().split())) if path.exists() else frozenset()


def _is_ours(process: psutil.Process, home: Path, sessions: frozenset[int]) -> bool:
    try:
        if process.pid == os.getpid() or process.uids().real != os.getuid():
            return False
        return bool(process.environ().get(MARK) == str(home))
    except psutil.AccessDenied:
        return _session(process.pid) in sessions
    except psutil.NoSuchProcess:  # a zombie as well
        return False


def _with_descendants(processes: Iterable[psutil.Process]) -> set[psutil.Process]:
    return {relative for process in processes for relative in (process, *_descendants(process))}


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _exit(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:])
