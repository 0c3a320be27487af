"""The server's end of the nursery: sends orders, awaits ends."""

import asyncio
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Any

import local_workspace
from local_workspace.catalog import CatalogStore
from local_workspace.execution.mlflow_server import MlflowOrder
from local_workspace.execution.order import LOG, OUTCOME, SCRATCH, Order, Outcome
from local_workspace.execution.redaction import Redactor
from local_workspace.jobs.conductor import Ending

LAST_WORDS = 4000


class NurseryRunner:
    """Executes orders as forks of the warm process."""

    def __init__(self, catalog: CatalogStore, redactor: Redactor, log: Path) -> None:
        self._catalog = catalog
        self._redactor = redactor
        self._log = log
        self._process: Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._pids: dict[str, int] = {}
        self._ends: dict[str, asyncio.Future[int]] = {}
        self.ready = asyncio.Event()

    async def start(self, mlflow: MlflowOrder, environment: dict[str, str]) -> None:
        """Start the warm process; the first thing it forks is MLflow's server."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # the current directory is the root, which holds nothing to import
                "-m",
                "local_workspace.execution.nursery",
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                env={**environment, "PYTHONPATH": str(Path(local_workspace.__file__).parents[1])},
                start_new_session=True,
            )
        self._listening = asyncio.create_task(self._listen())
        self._send(do="fork", name="mlflow", program="mlflow", order=mlflow)

    async def close(self) -> None:
        """End the warm process and, with it, all that it forked."""
        if self._process is None or self._listening is None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()
        await self._listening

    async def warmed_up(self) -> None:
        await self.ready.wait()

    def run(self, run_id: int, order: Order) -> Awaitable[Ending]:
        order["catalog"] = self._catalog.read()
        end = self._ends[str(run_id)] = asyncio.get_running_loop().create_future()
        self._send(do="fork", name=str(run_id), program="run", order=order)
        return self._finish(order, end)

    async def _finish(self, order: Order, end: asyncio.Future[int]) -> Ending:
        ending = await asyncio.to_thread(_ending, await end, Path(order["directory"]))
        if ending.outcome and ending.outcome["catalog"]:
            self._catalog.merge(before=order["catalog"], after=ending.outcome["catalog"])
        return self._redactor.ending(ending)

    def kill(self, run_id: int) -> None:
        self._send(do="kill", name=str(run_id))

    def _send(self, **command: Any) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")

    async def _listen(self) -> None:
        if self._process is None or self._process.stdout is None:
            return
        while line := await self._process.stdout.readline():
            self._hear(json.loads(line))
        self._bury()

    def _hear(self, report: dict[str, Any]) -> None:
        if report["event"] == "ready":
            self.ready.set()
        elif report["event"] == "started":
            self._pids[report["name"]] = report["pid"]
        else:
            self._ended(report["name"], report["code"])

    def _ended(self, name: str, code: int) -> None:
        self._pids.pop(name, None)
        if (end := self._ends.pop(name, None)) and not end.done():
            end.set_result(code)

    def _bury(self) -> None:
        """The warm process is gone: nothing that it forked may outlive it."""
        self.ready.clear()
        for name, pid in list(self._pids.items()):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            self._ended(name, -signal.SIGKILL)


def make_room(directory: Path) -> None:
    """The directory of a run, with an empty scratch directory that the run starts in."""
    (directory / SCRATCH).mkdir(parents=True)
    (directory / LOG).touch(mode=0o600)


def _ending(code: int, directory: Path) -> Ending:
    shutil.rmtree(directory / SCRATCH, ignore_errors=True)
    return Ending(code, _outcome(directory / OUTCOME), _tail(directory / LOG))


def _outcome(path: Path) -> Outcome | None:
    try:
        outcome: Outcome = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return outcome


def _tail(path: Path) -> str:
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - LAST_WORDS))
        return log.read().decode(errors="replace")
