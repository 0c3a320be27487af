"""The process that executes runs is there again, whatever has happened to it."""

import asyncio
import sys
from pathlib import Path

import pytest

from local_workspace.execution.warm_process import WarmProcess

SECONDS = 60


async def test_a_warm_process_that_cannot_be_started_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    warm = WarmProcess(tmp_path, tmp_path / "log", {})
    async with asyncio.timeout(SECONDS):
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", str(tmp_path / "absent"))
            warm.start()
            while "could not be started" not in caplog.text:
                await asyncio.sleep(0.01)
        await warm.taking_commands.wait()
        await warm.close()
