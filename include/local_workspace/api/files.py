"""`/api/2.0/fs/*`: files and directories of volumes, streamed in and out."""

from dataclasses import dataclass
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse

from local_workspace.storage.trees import Volumes
from local_workspace.storage.writing import write_stream

BYTES = "application/octet-stream"
RAW_BODY = {"requestBody": {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}}
"""In the description of the API: whatever is sent is the file."""


def _absolute(path: str) -> str:
    return "/" + path.lstrip("/")


AbsolutePath = Annotated[str, Depends(_absolute)]


@dataclass(frozen=True)
class FilesApi:
    """The endpoints over the volumes of a root."""

    volumes: Volumes

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
            description = RAW_BODY if handler == self.upload else None
            router.add_api_route(
                f"/api/2.0/fs/{kind}/{{path:path}}", handler, methods=[method], openapi_extra=description
            )
        return router

    async def upload(self, path: AbsolutePath, request: Request, overwrite: bool = True) -> Response:
        place = partial(self.volumes.place_for, path, overwrite=overwrite)
        place()  # refuse what can be refused before the upload
        await write_stream(place, self.volumes.root.uploads, request.stream())
        return Response(status_code=204)

    async def download(self, path: AbsolutePath) -> Response:
        return FileResponse(self.volumes.file(path), media_type=BYTES)

    async def describe(self, path: AbsolutePath) -> Response:
        status = self.volumes.file(path).stat()
        changed = formatdate(status.st_mtime, usegmt=True)
        headers = {"content-length": str(status.st_size), "content-type": BYTES, "last-modified": changed}
        return Response(headers=headers)

    async def delete(self, path: AbsolutePath) -> Response:
        self.volumes.file(path).unlink()
        return Response(status_code=204)

    async def make_directory(self, path: AbsolutePath) -> Response:
        self.volumes.make_directory(path)
        return Response(status_code=204)

    async def describe_directory(self, path: AbsolutePath) -> Response:
        self.volumes.directory(path)
        return Response()

    async def list_directory(self, path: AbsolutePath, page_size: int = 1000, page_token: str = "") -> dict[str, Any]:
        """A page goes on after the name that its token is."""
        size = max(1, min(page_size, 1000))
        entries = self.volumes.children(self.volumes.directory(path))
        rest = [entry for entry in entries if entry.name > page_token]
        page: dict[str, Any] = {"contents": [self._entry(entry) for entry in rest[:size]]}
        return {**page, "next_page_token": rest[size - 1].name} if len(rest) > size else page

    async def delete_directory(self, path: AbsolutePath) -> Response:
        self.volumes.directory(path)
        await self.volumes.delete(path, recursive=False)
        return Response(status_code=204)

    def _entry(self, entry: Path) -> dict[str, Any]:
        status = entry.stat()
        shaped = {
            "name": entry.name,
            "path": f"/Volumes/{entry.relative_to(self.volumes.base)}",
            "is_directory": entry.is_dir(),
            "last_modified": int(status.st_mtime * 1000),
        }
        return shaped if entry.is_dir() else {**shaped, "file_size": status.st_size}
