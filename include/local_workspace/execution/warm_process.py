"""The server's end of the nursery: keeps one there, sends it commands, hears its reports."""

import asyncio
import json
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import local_workspace
from local_workspace.execution import belonging

PAUSE_SECONDS = 1.0
_LOG = logging.getLogger(__name__)


class WarmProcessLostError(Exception):
    """Raised to whoever waits for a fork when the warm process has died; what it had forked was ended."""


class WarmProcess:
    """A nursery that is started anew whenever it dies."""

    def __init__(self, root: Path, log: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._log = log
        self._environment = {**environment, **belonging.marked(root)}
        self._process: Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._ends: dict[str, asyncio.Future[int]] = {}
        self.pids: dict[str, int] = {}
        """Leaders of the process groups that are there, by the name of the fork."""
        self.taking_commands = asyncio.Event()
        self.warm = asyncio.Event()

    def start(self) -> None:
        """Begin to keep a warm process there."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._reap_orphans)
        self._keeping = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """End the warm process and all that it forked."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        if self._process:
            with suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()
        await self._bury()

    async def fork(self, name: str, program: str, order: Mapping[str, Any]) -> int:
        """Have a program run in a fork, and return its exit code, negative for a signal.

        Raises:
            WarmProcessLostError: the warm process is not there, or dies before the fork ends.
        """
        return await self.begin(name, program, order)

    def begin(self, name: str, program: str, order: Mapping[str, Any]) -> asyncio.Future[int]:
        """Like `fork`, with the command on its way when this returns."""
        end = asyncio.get_running_loop().create_future()
        if self.taking_commands.is_set():
            self._ends[name] = end
            self._send(do="fork", name=name, program=program, order=order)
        else:
            end.set_exception(WarmProcessLostError())
        return end

    def kill(self, name: str) -> None:
        """End the process group of a fork, if it is there."""
        self._send(do="kill", name=name)

    def _send(self, **command: Any) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")

    async def _keep(self) -> None:
        while True:
            try:
                self._process = await self._started()
            except OSError as error:  # the machine has no room for one more: it may have later
                _LOG.warning("The warm process could not be started: %s", error)
            else:
                self.taking_commands.set()
                await self._listen(self._process)
                await self._process.wait()
                await self._bury()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _started(self) -> Process:
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # the current directory is the root, which holds nothing to import
                "-m",
                "local_workspace.execution.nursery",
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                env={**self._environment, "PYTHONPATH": str(Path(local_workspace.__file__).parents[1])},
                start_new_session=True,
            )

    async def _listen(self, process: Process) -> None:
        while process.stdout and (line := await process.stdout.readline()):
            self._hear(json.loads(line))

    def _hear(self, report: dict[str, Any]) -> None:
        if report["event"] == "ready":
            self.warm.set()
        elif report["event"] == "started":
            self.pids[report["name"]] = report["pid"]
        else:
            self._ended(report["name"], report["code"])

    def _ended(self, name: str, code: int) -> None:
        self.pids.pop(name, None)
        if (end := self._ends.pop(name, None)) and not end.done():
            end.set_result(code)

    def _reap_orphans(self) -> None:
        """Take in what runs have left behind, which falls to this process where it is the first of a container.

        The warm process itself is its watcher's to take in.
        """
        with suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if self._process and ended.si_pid == self._process.pid:
                    return
                os.waitpid(ended.si_pid, 0)

    async def _bury(self) -> None:
        """The warm process is gone: nothing that it forked may outlive it."""
        self.taking_commands.clear()
        self.warm.clear()
        await asyncio.to_thread(belonging.end_all, self._root)
        self.pids.clear()
        lost, self._ends = self._ends, {}
        for end in lost.values():
            if not end.done():
                end.set_exception(WarmProcessLostError())
