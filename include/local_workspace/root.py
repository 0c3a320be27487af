"""Where a workspace keeps what it knows: every path below its root directory, named once."""

from dataclasses import dataclass
from pathlib import Path

USER = "local"
"""The one user of a workspace."""


@dataclass(frozen=True)
class Root:
    """The directory of one workspace. Deleting it deletes the workspace."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> "Root":
        """Create the directory, readable by its owner only, and the ones that every part expects."""
        root = cls(path.resolve())
        root.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        directories = (root.volumes, root.dbfs, root.warehouse, root.runs, root.wheels, root.artifacts, root.uploads)
        for directory in (*directories, root.files / "Shared", root.files / "Users" / USER):
            directory.mkdir(parents=True, exist_ok=True)
        return root

    @property
    def server_file(self) -> Path:
        """JSON with url and pid of the process that serves this root; absent when none does."""
        return self.path / "server.json"

    @property
    def lock_file(self) -> Path:
        """Held for as long as a process serves this root."""
        return self.path / "server.lock"

    @property
    def token_file(self) -> Path:
        return self.path / "token"

    @property
    def log_file(self) -> Path:
        """What the helpers of the server print: warm-up, MLflow's server."""
        return self.path / "workspace.log"

    @property
    def state(self) -> Path:
        """SQLite: jobs, runs and the catalog of tables."""
        return self.path / "state.db"

    @property
    def mlflow_state(self) -> Path:
        return self.path / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        return self.path / "artifacts"

    @property
    def volumes(self) -> Path:
        return self.path / "storage" / "Volumes"

    @property
    def files(self) -> Path:
        """The workspace tree, `/Workspace/...`."""
        return self.path / "storage" / "Workspace"

    @property
    def dbfs(self) -> Path:
        return self.path / "storage" / "dbfs"

    @property
    def uploads(self) -> Path:
        """Files that are not whole yet. Of the same file system as the storage, so that they can be moved there."""
        return self.path / "uploads"

    @property
    def secrets_file(self) -> Path:
        return self.path / "secrets.json"

    @property
    def warehouse(self) -> Path:
        """Files of managed tables."""
        return self.path / "warehouse"

    @property
    def wheels(self) -> Path:
        """Unpacked wheels, one directory per checksum."""
        return self.path / "wheels"

    @property
    def runs(self) -> Path:
        """One directory per task run: log, outcome, scratch."""
        return self.path / "runs"
