"""Which processes belong to a workspace: a mark in their environment, which what they start inherits.

A process group ends with its run. What is left, because the processes that would have ended it were themselves killed,
is found by its mark.
"""

import os
from pathlib import Path

import psutil

MARK = "LOCAL_WORKSPACE_PROCESS_OF"
ROUNDS = 20


def marked(root: Path) -> dict[str, str]:
    """What the environment of every process of this root holds."""
    return {MARK: str(root)}


def end_all(root: Path) -> None:
    """Kill every process that carries the root's mark, and what they start while it happens."""
    for _ in range(ROUNDS):
        found = [process for process in psutil.process_iter() if _belongs(process, str(root))]
        if not found:
            return
        for process in found:
            _kill(process)
        psutil.wait_procs(found, timeout=1)


def _belongs(process: psutil.Process, root: str) -> bool:
    try:
        marked_as: str | None = process.environ().get(MARK)
    except (psutil.Error, OSError):  # it has just ended, or is another user's
        return False
    return marked_as == root and process.pid != os.getpid()


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
