"""The warm process: imports the heavy libraries once, then forks for every run.

Importing MLflow and scikit-learn takes seconds of processor time, a fork of a process that has them takes milliseconds.
The process keeps no thread, socket or Spark session of its own, since none of them survives a fork. MLflow's server is
forked off halfway, when the libraries it shares with the runs are there and before those it does not need.

Commands come as lines of JSON on standard input, reports go out on standard output. The end of the input, which is also
what the server's sudden death looks like, ends every process group that was forked here.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from local_workspace.execution import child, mlflow_server

FOR_MLFLOW = ("pandas", "mlflow")
FOR_RUNS = (
    "mlflow.sklearn",
    "mlflow.pyfunc",
    "sklearn.ensemble",
    "sklearn.pipeline",
    "sklearn.compose",
    "matplotlib.pyplot",
    "skops.io",
    "pyarrow.parquet",
    "pyspark.sql.connect.session",
    "pysail.spark",
    "databricks.sdk",
    # What MLflow and Spark's client import when they are used, a third of a second of processor time in every run:
    "git",
    "matplotlib.backends.backend_agg",
    "pyspark.sql.connect.catalog",
)
PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>
PROGRAMS: dict[str, Callable[[Any], None]] = {"run": child.carry_out, "mlflow": mlflow_server.serve}


class Commands:
    """Lines of JSON from standard input, read without buffering so that `select` sees what is left."""

    def __init__(self) -> None:
        self._pending = b""

    def read(self) -> list[dict[str, Any]] | None:
        """Wait for at least one byte; return the commands that are complete, None at the end of the input."""
        data = os.read(0, 1 << 20)
        if not data:
            return None
        *lines, self._pending = (self._pending + data).split(b"\n")
        return [json.loads(line) for line in lines]


class Nursery:
    """Forks children on command and reports when they end."""

    def __init__(self) -> None:
        """Take standard output for the reports, so that nothing a library prints can mix with them."""
        self._reports = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)
        self._commands = Commands()
        self._children: dict[int, str] = {}
        self._woken, wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._leave())

    def serve(self) -> None:
        """Obey commands and report ends until the input ends; then end all that was forked."""
        self._report(event="ready")
        with selectors.DefaultSelector() as selector:
            selector.register(0, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            self._reap()
            while self._turn({key.fd for key, _ in selector.select()}):
                pass
        self._leave()

    def _leave(self) -> NoReturn:
        """End all that was forked, and this process: at once, even in the middle of an import."""
        for pid in self._children:
            _kill_group(pid)
        os._exit(0)

    def _turn(self, ready: set[int]) -> bool:
        if self._woken in ready:
            os.read(self._woken, 4096)
            self._reap()
        return 0 not in ready or self.obey()

    def obey(self) -> bool:
        """Carry out the commands that are there, waiting for one; False at the end of the input."""
        commands = self._commands.read()
        for command in commands or ():
            if command["do"] == "fork":
                self._fork(command["name"], command["program"], command["order"])
            elif command["do"] == "kill":
                self._kill(command["name"])
        return commands is not None

    def _fork(self, name: str, program: str, order: Any) -> None:
        pid = os.fork()
        if pid == 0:
            _become(PROGRAMS[program], order)
        self._children[pid] = name
        self._report(event="started", name=name, pid=pid)

    def _kill(self, name: str) -> None:
        for pid in [pid for pid, child_name in self._children.items() if child_name == name]:
            _kill_group(pid)

    def _reap(self) -> None:
        """Take ended children in; what they left running goes first, while the number of the group is still theirs."""
        while self._children:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            _kill_group(ended.si_pid)
            _, status = os.waitpid(ended.si_pid, 0)
            name = self._children.pop(ended.si_pid)
            self._report(event="ended", name=name, code=os.waitstatus_to_exitcode(status))

    def _report(self, **fields: object) -> None:
        self._reports.write(json.dumps(fields) + "\n")


def _become(program: Callable[[Any], None], order: Any) -> NoReturn:
    """In the fork: run the program in a process group of its own, and never return into the nursery's frames."""
    code = 1
    try:
        os.setsid()
        _die_with_the_nursery()
        signal.set_wakeup_fd(-1)
        for caught in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(caught, signal.SIG_DFL)
        _forget_parents_files()
        program(order)
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is must not unwind into the parent's loop; it is printed
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _die_with_the_nursery() -> None:
    """On Linux at once; what else outlives a nursery that was killed is ended by the server, or at the next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _forget_parents_files() -> None:
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def _kill_group(pid: int) -> None:
    """Kill a group and its first process, which has no group of its own in the moment after the fork."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _import_all(names: tuple[str, ...]) -> None:
    for name in names:
        importlib.import_module(name)


def main() -> None:
    """Warm up and serve. The first command is the one that forks MLflow's server."""
    nursery = Nursery()
    _import_all(FOR_MLFLOW)
    if nursery.obey():
        _import_all(FOR_RUNS)
        gc.freeze()
        nursery.serve()


if __name__ == "__main__":
    main()
