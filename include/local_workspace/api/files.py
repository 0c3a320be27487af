"""`/api/2.0/fs/*`: files and directories of volumes, streamed in and out."""

from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from local_workspace.errors import AlreadyExistsError, DirectoryNotEmptyError, InvalidParameterError, NotFoundError
from local_workspace.root import Root
from local_workspace.storage.places import in_volume
from local_workspace.storage.writing import is_unfinished, write_stream

BYTES = "application/octet-stream"


@dataclass(frozen=True)
class FilesApi:
    """The endpoints over the volumes of a root."""

    root: Root

    def router(self) -> APIRouter:
        router = APIRouter()
        for method, kind, handler in (
            ("PUT", "files", self.upload),
            ("GET", "files", self.download),
            ("HEAD", "files", self.describe),
            ("DELETE", "files", self.delete),
            ("PUT", "directories", self.make_directory),
            ("GET", "directories", self.list_directory),
            ("HEAD", "directories", self.describe_directory),
            ("DELETE", "directories", self.delete_directory),
        ):
            router.add_api_route(f"/api/2.0/fs/{kind}/{{path:path}}", handler, methods=[method])
        return router

    async def upload(self, path: str, request: Request, overwrite: bool = False) -> Response:
        file = in_volume(self.root, path)
        if file.is_dir():
            raise InvalidParameterError(f"The path is a directory: /{path}")
        if file.exists() and not overwrite:
            raise AlreadyExistsError(f"The file being created already exists: /{path}")
        _make(file.parent)  # in a volume, directories need not be made first
        await write_stream(file, request.stream())
        return Response(status_code=204)

    async def download(self, path: str) -> Response:
        return FileResponse(self._file(path), media_type=BYTES)

    async def describe(self, path: str) -> Response:
        status = self._file(path).stat()
        changed = formatdate(status.st_mtime, usegmt=True)
        headers = {"content-length": str(status.st_size), "content-type": BYTES, "last-modified": changed}
        return Response(headers=headers)

    async def delete(self, path: str) -> Response:
        self._file(path).unlink()
        return Response(status_code=204)

    async def make_directory(self, path: str) -> Response:
        _make(in_volume(self.root, path))
        return Response(status_code=204)

    async def describe_directory(self, path: str) -> Response:
        self._directory(path)
        return Response()

    async def list_directory(self, path: str, page_size: int = 1000, page_token: str = "") -> dict[str, Any]:
        entries = sorted(entry for entry in self._directory(path).iterdir() if not is_unfinished(entry))
        start = int(page_token) if page_token.isdecimal() else 0
        end = start + max(1, page_size)
        page: dict[str, Any] = {"contents": [self._entry(entry) for entry in entries[start:end]]}
        return {**page, "next_page_token": str(end)} if end < len(entries) else page

    async def delete_directory(self, path: str) -> Response:
        directory = self._directory(path)
        if any(directory.iterdir()):
            raise DirectoryNotEmptyError(f"The directory being deleted is not empty: /{path}")
        directory.rmdir()
        return Response(status_code=204)

    def _file(self, path: str) -> Path:
        file = in_volume(self.root, path)
        if not file.is_file():
            raise NotFoundError(f"The file being accessed is not found: /{path.lstrip('/')}")
        return file

    def _directory(self, path: str) -> Path:
        directory = in_volume(self.root, path)
        if not directory.is_dir():
            raise NotFoundError(f"The directory being accessed is not found: /{path.lstrip('/')}")
        return directory

    def _entry(self, entry: Path) -> dict[str, Any]:
        status = entry.stat()
        shaped = {
            "name": entry.name,
            "path": f"/Volumes/{entry.relative_to(self.root.volumes)}",
            "is_directory": entry.is_dir(),
            "last_modified": int(status.st_mtime * 1000),
        }
        return shaped if entry.is_dir() else {**shaped, "file_size": status.st_size}


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise AlreadyExistsError(f"A file is in the way of the directory '{directory.name}'.") from None
