"""Keeps MLflow's server there: forks it anew whenever it has ended, for whatever reason."""

import asyncio
from contextlib import suppress
from pathlib import Path

from local_workspace.execution.mlflow_server import MlflowOrder
from local_workspace.execution.warm_process import WarmProcess, WarmProcessLostError

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds; doubled for as long as the server ends without having answered, as one without its database does."""


class MlflowKeeper:
    """One server at a time, as a fork of the warm process."""

    def __init__(self, warm: WarmProcess, order: MlflowOrder, answers: asyncio.Event) -> None:
        """The event is set for as long as the server answers."""
        self._warm = warm
        self._order = order
        self._answers = answers

    async def keep(self) -> None:
        """Never ends by itself."""
        pause = SHORTEST_PAUSE
        while True:
            await self._warm.taking_commands.wait()
            pause = SHORTEST_PAUSE if await self._serve_once() else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _serve_once(self) -> bool:
        """Wait for the end of one server; return whether it had answered."""
        Path(self._order["socket"]).unlink(missing_ok=True)
        announcing = asyncio.create_task(self._announce())
        with suppress(WarmProcessLostError):
            await self._warm.fork("mlflow", "mlflow", self._order)
        announcing.cancel()
        answered = self._answers.is_set()
        self._answers.clear()
        return answered

    async def _announce(self) -> None:
        while not self._answers.is_set():
            try:
                _, writer = await asyncio.open_unix_connection(self._order["socket"])
            except (FileNotFoundError, ConnectionRefusedError):
                await asyncio.sleep(0.05)
            else:
                writer.close()
                self._answers.set()
