"""Where everything of a stack is: one directory, which `make clean` deletes."""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_HOME = PROJECT / ".local"


@dataclass(frozen=True)
class Places:
    """The files of the stack that lives in `home`."""

    home: Path

    @property
    def workspace(self) -> Path:
        return self.home / "workspace"

    @property
    def airflow(self) -> Path:
        return self.home / "airflow"

    @property
    def logs(self) -> Path:
        """Of the processes. The log of a task is under `task_logs`."""
        return self.home / "logs"

    @property
    def task_logs(self) -> Path:
        return self.airflow / "logs"

    @property
    def wheels(self) -> Path:
        return self.home / "wheels"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets.json"

    @property
    def running(self) -> Path:
        """Addresses of the stack that `up` left running."""
        return self.home / "running.json"

    @property
    def environment(self) -> Path:
        """Airflow's environment as a shell file, for the `airflow` command against the running stack."""
        return self.home / "airflow.env"

    @property
    def sessions(self) -> Path:
        """Session ids of the processes that were started and not yet stopped, one a line."""
        return self.home / "sessions"

    @property
    def lock(self) -> Path:
        return self.home / "lock"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
