"""What runs have printed."""

import codecs
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local_workspace.execution.order import LOG

MIB = 1024 * 1024
SHOWN = 5 * MIB
LONGEST, HEAD, TAIL = 32 * MIB, MIB, 8 * MIB
"""A log that has grown past the first is cut down to its beginning and its end."""


@dataclass(frozen=True)
class LogPart:
    """Some of a log. `start` and `end` are byte offsets; the next part begins at `end`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class RunLogs:
    """Logs by the id of the task's run, one directory each."""

    directory: Path
    redact: Callable[[str], str] = str
    """Takes out what nobody may read; as given, nothing."""

    def read(self, run_id: int) -> tuple[str, bool]:
        """Return the end of the log, up to 5 MiB as Databricks gives, and whether more came before it."""
        path = self.directory / str(run_id) / LOG
        try:
            with path.open("rb") as log:
                size = path.stat().st_size
                log.seek(max(0, size - SHOWN))
                return self.redact(log.read().decode(errors="replace")), size > SHOWN
        except FileNotFoundError:
            return "", False

    def part(self, run_id: int, offset: int, most: int) -> LogPart:
        """Return what was printed after `offset`, but no more than the last `most` bytes of the log.

        A character of which only the first bytes have been written is left for the next part.
        """
        path = self.directory / str(run_id) / LOG
        try:
            with path.open("rb") as log:
                size = path.stat().st_size
                start = max(min(offset, size), size - most)
                log.seek(start)
                decoder = codecs.getincrementaldecoder("utf-8")("replace")
                text, (unfinished, _) = decoder.decode(log.read(most)), decoder.getstate()
                return LogPart(self.redact(text), start, log.tell() - len(unfinished))
        except FileNotFoundError:
            return LogPart("", 0, 0)

    def delete(self, run_id: int) -> None:
        shutil.rmtree(self.directory / str(run_id), ignore_errors=True)


def is_too_long(path: Path) -> bool:
    """False for a log that is not there: a run can delete its own."""
    return path.exists() and path.stat().st_size > LONGEST


def shorten(path: Path) -> None:
    """Cut the middle out of a log that is too long. Whoever writes to it appends, and goes on after the cut."""
    if not is_too_long(path):
        return
    end = _end(path)
    os.truncate(path, HEAD)
    with path.open("ab") as log:
        log.write(f"\n[... left out: this log has grown past {LONGEST // MIB} MiB ...]\n".encode() + end)


def _end(path: Path) -> bytes:
    """The end of a log, read anew for as long as it grows: what is printed after that is lost with the middle."""
    with path.open("rb") as log:
        while True:
            size = path.stat().st_size
            log.seek(size - TAIL)
            end = log.read(TAIL)
            if path.stat().st_size == size:
                return end
