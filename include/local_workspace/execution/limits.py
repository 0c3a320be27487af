"""What a run may take of the machine. Watched from outside, since no limit of the system fits.

An address space is no measure of memory, and a process cannot be held to a share of it without being root. So the run
may exceed a limit for as long as lies between two looks.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from local_workspace.execution.logs import is_too_long, shorten

LOOK_SECONDS = 0.25
MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The most that one run may take."""

    memory: int
    """Bytes, of all the processes of the run together."""

    def enforce(self, group: int, log: Path) -> str:
        """Shorten the log if it is too long; say what the group of processes has exceeded, empty if nothing."""
        if is_too_long(log):
            with _stopped(group):
                shorten(log)
        used = _memory(group, self.memory)
        if used <= self.memory:
            return ""
        return (
            f"The run was ended because it used {used // MIB} MiB of memory, more than the {self.memory // MIB} MiB "
            "that a run may use (option --run-memory of the local workspace)."
        )


@contextmanager
def _stopped(group: int) -> Iterator[None]:
    """Have the processes of a group wait, so that none prints meanwhile."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGCONT)


def _memory(group: int, enough: int) -> int:
    """Bytes that the processes of a group hold; pages shared with others count in part.

    That takes long to find out, so it is asked only if the sum that counts every page in full is more than `enough`.
    """
    members = [pid for pid in psutil.pids() if _group(pid) == group]
    upper_bound = sum(_resident(pid) for pid in members)
    return sum(_proportional(pid) for pid in members) if upper_bound > enough else upper_bound


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _resident(pid: int) -> int:
    try:
        resident: int = psutil.Process(pid).memory_info().rss
    except psutil.Error:  # it has just ended
        return 0
    return resident


def _proportional(pid: int) -> int:
    """PSS; outside of Linux, which alone knows it, the memory that no other process shares."""
    try:
        memory = psutil.Process(pid).memory_full_info()
    except psutil.Error:
        return 0
    proportional: int = getattr(memory, "pss", memory.uss)
    return proportional
