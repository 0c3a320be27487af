"""Executes orders as forks of the warm process, within limits."""

import asyncio
import json
import shutil
from collections.abc import Awaitable
from pathlib import Path

from local_workspace.catalog import CatalogStore
from local_workspace.execution.limits import LOOK_SECONDS, Limits
from local_workspace.execution.logs import shorten
from local_workspace.execution.order import LOG, OUTCOME, SCRATCH, Order, Outcome, Table
from local_workspace.execution.redaction import Redactor
from local_workspace.execution.warm_process import WarmProcess
from local_workspace.jobs.conductor import Ending

LAST_WORDS = 4000


class NurseryRunner:
    """Runs by id, and the tables that they find and leave."""

    def __init__(self, warm: WarmProcess, catalog: CatalogStore, limits: Limits, redactor: Redactor) -> None:
        self._warm = warm
        self._catalog = catalog
        self._limits = limits
        self._redactor = redactor

    async def warmed_up(self) -> None:
        await self._warm.warm.wait()

    def run(self, run_id: int, order: Order) -> Awaitable[Ending]:
        order["catalog"] = self._catalog.read()
        unlisted = self._catalog.unlisted()
        end = self._warm.begin(str(run_id), "run", order)
        return self._finish(str(run_id), order, unlisted, end)

    def kill(self, run_id: int) -> None:
        self._warm.kill(str(run_id))

    async def _finish(self, name: str, order: Order, unlisted: list[Table], end: asyncio.Future[int]) -> Ending:
        directory = Path(order["directory"])
        exceeded = await self._watched(name, directory / LOG, end)
        code = None if end.exception() else end.result()
        ending = await asyncio.to_thread(_ending, code, exceeded, directory)
        self._take_over(order, unlisted, ending)
        return self._redactor.ending(ending)

    async def _watched(self, name: str, log: Path, end: asyncio.Future[int]) -> str:
        """Wait for the end, and look at what the run takes meanwhile; return what it exceeded, empty if nothing."""
        exceeded = ""
        while not (await asyncio.wait({end}, timeout=LOOK_SECONDS))[0]:
            leader = self._warm.pids.get(name)
            if leader and not exceeded:
                exceeded = await asyncio.to_thread(self._limits.enforce, leader, log)
            if exceeded:
                self._warm.kill(name)
        return exceeded

    def _take_over(self, order: Order, unlisted: list[Table], ending: Ending) -> None:
        """The tables that the run made and dropped, or, when it died over them, those that it left."""
        if ending.outcome and ending.outcome["catalog"]:
            self._catalog.merge(before=order["catalog"], after=ending.outcome["catalog"])
        else:
            self._catalog.adopt([table for table in self._catalog.unlisted() if table not in unlisted])


def make_room(directory: Path) -> None:
    """The directory of a run, with an empty scratch directory that the run starts in."""
    (directory / SCRATCH).mkdir(parents=True)
    (directory / LOG).touch(mode=0o600)


def _ending(code: int | None, exceeded: str, directory: Path) -> Ending:
    shutil.rmtree(directory / SCRATCH, ignore_errors=True)
    shorten(directory / LOG)
    return Ending(code, exceeded, _outcome(directory / OUTCOME), _tail(directory / LOG))


def _outcome(path: Path) -> Outcome | None:
    try:
        outcome: Outcome = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return outcome


def _tail(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - LAST_WORDS))
        return log.read().decode(errors="replace")
