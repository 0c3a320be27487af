"""What runs have printed."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from local_workspace.execution.order import LOG

SHOWN = 5 * 1024 * 1024


@dataclass(frozen=True)
class RunLogs:
    """Logs by the id of the task's run, one directory each."""

    directory: Path

    def read(self, run_id: int) -> tuple[str, bool]:
        """Return the end of the log, up to 5 MiB as Databricks gives, and whether more came before it."""
        path = self.directory / str(run_id) / LOG
        try:
            with path.open("rb") as log:
                size = path.stat().st_size
                log.seek(max(0, size - SHOWN))
                return log.read().decode(errors="replace"), size > SHOWN
        except FileNotFoundError:
            return "", False

    def delete(self, run_id: int) -> None:
        shutil.rmtree(self.directory / str(run_id), ignore_errors=True)
