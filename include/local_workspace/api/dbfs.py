"""`/api/2.0/dbfs/*`: small files at once, larger ones block by block."""

import base64
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from local_workspace.api.files import BYTES, RAW_BODY, AbsolutePath
from local_workspace.errors import BlockTooLargeError, InvalidParameterError, ReadTooLargeError, ResourceNotFoundError
from local_workspace.http.requests import Base64, fields
from local_workspace.storage.trees import Dbfs
from local_workspace.storage.uploads import Upload, Uploads
from local_workspace.storage.writing import replacing, write_stream

MEBIBYTE = 1024 * 1024
_ONLY_PART = 1


class OnePath(BaseModel):
    path: str


class NewFile(OnePath):
    overwrite: bool = False


class WholeFile(NewFile):
    contents: Base64 = b""


class Handle(BaseModel):
    handle: int = Field(ge=0, lt=2**63)


class Block(Handle):
    data: Base64


class Section(OnePath):
    offset: int = Field(0, ge=0, lt=2**63)
    length: int = Field(MEBIBYTE // 2, ge=0)


class Deletion(OnePath):
    recursive: bool = False


class Move(BaseModel):
    source_path: str
    destination_path: str


@dataclass(frozen=True)
class DbfsApi:
    """The endpoints over the DBFS of a root."""

    tree: Dbfs
    uploads: Uploads

    def router(self) -> APIRouter:
        router = APIRouter()
        for method, path, handler in (
            ("POST", "create", self.create),
            ("POST", "add-block", self.add_block),
            ("POST", "close", self.close),
            ("POST", "put", self.put),
            ("GET", "read", self.read),
            ("GET", "get-status", self.get_status),
            ("GET", "list", self.list_files),
            ("POST", "mkdirs", self.make_directories),
            ("POST", "delete", self.delete),
            ("POST", "move", self.move),
        ):
            router.add_api_route(f"/api/2.0/dbfs/{path}", handler, methods=[method])
        router.add_api_route("/dbfs/{path:path}", self.upload, methods=["POST"], openapi_extra=RAW_BODY)
        router.add_api_route("/dbfs/{path:path}", self.download, methods=["GET"])
        return router

    async def upload(self, path: AbsolutePath, request: Request) -> Response:
        """A whole file of any size, as MLflow's client sends it."""
        place = partial(self.tree.place_for, path, overwrite=True)
        place()  # refuse what can be refused before the upload
        await write_stream(place, self.tree.root.uploads, request.stream())
        return Response()

    async def download(self, path: AbsolutePath) -> Response:
        return FileResponse(self.tree.file(path), media_type=BYTES)

    async def create(self, asked: Annotated[NewFile, fields(NewFile)]) -> dict[str, Any]:
        """The file can be seen once it is closed."""
        self.tree.place_for(asked.path, overwrite=asked.overwrite)
        token = self.uploads.begin(Upload(asked.path, asked.overwrite))
        self.uploads.append(token, b"")
        return {"handle": int(token, 16)}

    async def add_block(self, block: Annotated[Block, fields(Block)]) -> dict[str, Any]:
        token, _ = self._open(block.handle)
        self.uploads.append(token, _within_a_block(block.data))
        return {}

    async def close(self, asked: Annotated[Handle, fields(Handle)]) -> dict[str, Any]:
        token, upload = self._open(asked.handle)
        place = partial(self.tree.place_for, upload.path, overwrite=upload.overwrite)
        await self.uploads.complete(token, [_ONLY_PART], place)
        return {}

    async def put(self, asked: Annotated[WholeFile, fields(WholeFile)]) -> dict[str, Any]:
        content = _within_a_block(asked.contents)
        place = partial(self.tree.place_for, asked.path, overwrite=asked.overwrite)
        with replacing(place, self.tree.root.uploads) as file:
            file.write(content)
        return {}

    async def read(self, asked: Annotated[Section, fields(Section)]) -> dict[str, Any]:
        if asked.length > MEBIBYTE:
            raise ReadTooLargeError(f"{asked.length} bytes are more than the {MEBIBYTE} that can be read at once.")
        if self.tree.existing(asked.path).is_dir():
            raise InvalidParameterError(f"'{asked.path}' is a directory.")
        with self.tree.file(asked.path).open("rb") as file:
            file.seek(asked.offset)
            data = file.read(asked.length)
        return {"bytes_read": len(data), "data": base64.b64encode(data).decode()}

    async def get_status(self, asked: Annotated[OnePath, fields(OnePath)]) -> dict[str, Any]:
        return _entry(self.tree.existing(asked.path), normal(asked.path))

    async def list_files(self, asked: Annotated[OnePath, fields(OnePath)]) -> dict[str, Any]:
        found, path = self.tree.existing(asked.path), normal(asked.path)
        if not found.is_dir():
            return {"files": [_entry(found, path)]}
        return {"files": [_entry(entry, f"{path.rstrip('/')}/{entry.name}") for entry in self.tree.children(found)]}

    async def make_directories(self, asked: Annotated[OnePath, fields(OnePath)]) -> dict[str, Any]:
        self.tree.make_directory(asked.path)
        return {}

    async def delete(self, asked: Annotated[Deletion, fields(Deletion)]) -> dict[str, Any]:
        """What is not there needs no deleting, as on Databricks."""
        if self.tree.locate(asked.path).exists():
            await self.tree.delete(asked.path, recursive=asked.recursive)
        return {}

    async def move(self, asked: Annotated[Move, fields(Move)]) -> dict[str, Any]:
        self.tree.move(asked.source_path, asked.destination_path)
        return {}

    def _open(self, handle: int) -> tuple[str, Upload]:
        token = f"{handle:015x}"
        upload = self.uploads.find(token)
        if upload is None:
            raise ResourceNotFoundError(f"No file is open with the handle {handle}.")
        return token, upload


def normal(path: str) -> str:
    """The absolute path as the API shows it."""
    return "/" + "/".join(part for part in path.removeprefix("dbfs:").split("/") if part)


def _within_a_block(content: bytes) -> bytes:
    if len(content) > MEBIBYTE:
        raise BlockTooLargeError(f"{len(content)} bytes are more than the {MEBIBYTE} that can be sent at once.")
    return content


def _entry(entry: Path, path: str) -> dict[str, Any]:
    status = entry.stat()
    return {
        "path": path,
        "is_dir": entry.is_dir(),
        "file_size": 0 if entry.is_dir() else status.st_size,
        "modification_time": int(status.st_mtime * 1000),
    }
