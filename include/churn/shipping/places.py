"""Where wheels can be stored: a volume of Unity Catalog, or the workspace's own files."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Protocol

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, ResourceConflict
from databricks.sdk.service.workspace import ExportFormat, ImportFormat

VOLUMES = "/Volumes/"


class Place(Protocol):
    """A directory service. A file appears under its name when it is whole, not before."""

    def read(self, path: str) -> bytes | None:
        """The content of a file; None when there is none."""

    def write(self, path: str, content: bytes, *, replace: bool) -> bool:
        """Store a file; whether it was stored: not if one is there and `replace` is false."""


def place_of(client: WorkspaceClient, path: str) -> Place:
    """The place that a path is in."""
    return Volume(client) if path.startswith(VOLUMES) else WorkspaceFiles(client)


@dataclass(frozen=True)
class Volume:
    """Files of volumes, by the Files API. An upload is one request, or a multipart one that ends with a commit."""

    client: WorkspaceClient

    def read(self, path: str) -> bytes | None:
        try:
            contents = self.client.files.download(path).contents
        except NotFound:
            return None
        return b"" if contents is None else contents.read()

    def write(self, path: str, content: bytes, *, replace: bool) -> bool:
        self.client.files.create_directory(str(PurePosixPath(path).parent))
        try:
            self.client.files.upload(path, BytesIO(content), overwrite=replace)
        except ResourceConflict:
            return False
        return True


@dataclass(frozen=True)
class WorkspaceFiles:
    """Files below `/Workspace`, by the Workspace API. An import is one request."""

    client: WorkspaceClient

    def read(self, path: str) -> bytes | None:
        try:
            with self.client.workspace.download(path, format=ExportFormat.AUTO) as contents:
                return bytes(contents.read())
        except NotFound:
            return None

    def write(self, path: str, content: bytes, *, replace: bool) -> bool:
        self.client.workspace.mkdirs(str(PurePosixPath(path).parent))
        try:
            self.client.workspace.upload(path, content, format=ImportFormat.AUTO, overwrite=replace)
        except ResourceConflict:
            return False
        return True
