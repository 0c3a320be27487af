"""`/api/2.0/workspace/*`: the tree of files that people and jobs share."""

import base64
import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from local_workspace.api.files import BYTES
from local_workspace.errors import InvalidParameterError, NotebookTooLargeError
from local_workspace.http.requests import Base64, fields
from local_workspace.storage import notebooks
from local_workspace.storage.notebooks import Language
from local_workspace.storage.trees import WorkspaceTree
from local_workspace.storage.writing import replacing

MAX_SIZE = 10 * 1024 * 1024


Format = Literal["SOURCE", "AUTO", "RAW"]
"""Those of Databricks that need no conversion."""


class OnePath(BaseModel):
    path: str


class Import(OnePath):
    content: Base64 = b""
    format: Format = "SOURCE"
    language: Language | None = None
    overwrite: bool = False


class Export(OnePath):
    format: Format = "SOURCE"
    direct_download: bool = False


class Listing(OnePath):
    notebooks_modified_after: int = 0


class Deletion(OnePath):
    recursive: bool = False


@dataclass(frozen=True)
class WorkspaceFilesApi:
    """The endpoints over the workspace tree of a root."""

    tree: WorkspaceTree

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/2.0/workspace")
        for method, path, handler in (
            ("POST", "import", self.import_file),
            ("GET", "export", self.export),
            ("GET", "list", self.list_objects),
            ("GET", "get-status", self.get_status),
            ("POST", "mkdirs", self.make_directories),
            ("POST", "delete", self.delete),
        ):
            router.add_api_route(f"/{path}", handler, methods=[method])
        return router

    async def import_file(self, asked: Annotated[Import, fields(Import)]) -> dict[str, Any]:
        _check_size(len(asked.content))
        path, content = asked.path, asked.content
        if asked.format == "SOURCE":
            content = notebooks.with_header(content, _language(asked))
        elif asked.format == "AUTO":
            path = notebooks.name_of(path, content)
        place = partial(self.tree.place_for, path, overwrite=asked.overwrite)
        with replacing(place, self.tree.root.uploads) as file:
            file.write(content)
        return {}

    async def export(self, asked: Annotated[Export, fields(Export)]) -> Any:
        if self.tree.existing(asked.path).is_dir():
            raise InvalidParameterError(f"'{asked.path}' is a directory: the local workspace exports single files.")
        file = self.tree.file(asked.path)
        _check_size(file.stat().st_size)
        content = file.read_bytes()
        if asked.direct_download:
            return Response(content, media_type=BYTES)
        language = notebooks.language_of(content)
        kind = notebooks.SUFFIXES[language].removeprefix(".") if language else file.suffix.removeprefix(".")
        return {"content": base64.b64encode(content).decode(), "file_type": kind}

    async def list_objects(self, asked: Annotated[Listing, fields(Listing)]) -> dict[str, Any]:
        found = self.tree.existing(asked.path)
        entries = self.tree.children(found) if found.is_dir() else [found]
        objects = [self._object(entry) for entry in entries]
        shown = [entry for entry in objects if _is_wanted(entry, asked.notebooks_modified_after)]
        return {"objects": shown} if shown else {}

    async def get_status(self, asked: Annotated[OnePath, fields(OnePath)]) -> dict[str, Any]:
        return self._object(self.tree.existing(asked.path))

    async def make_directories(self, asked: Annotated[OnePath, fields(OnePath)]) -> dict[str, Any]:
        self.tree.make_directory(asked.path)
        return {}

    async def delete(self, asked: Annotated[Deletion, fields(Deletion)]) -> dict[str, Any]:
        await self.tree.delete(asked.path, recursive=asked.recursive)
        return {}

    def _object(self, entry: Path) -> dict[str, Any]:
        path = "/" + "/".join(entry.relative_to(self.tree.base).parts)
        return {"path": path, "object_id": _id_of(path), "resource_id": str(_id_of(path)), **_kind(entry)}


def _kind(entry: Path) -> dict[str, Any]:
    if entry.is_dir():
        return {"object_type": "DIRECTORY"}
    status = entry.stat()
    times = {"created_at": int(status.st_ctime * 1000), "modified_at": int(status.st_mtime * 1000)}
    with entry.open("rb") as file:
        language = notebooks.language_of(file.read(notebooks.LONGEST_HEADER))
    if language:
        return {"object_type": "NOTEBOOK", "language": language, **times}
    return {"object_type": "FILE", "size": status.st_size, **times}


def _is_wanted(entry: dict[str, Any], modified_after: int) -> bool:
    return bool(entry["object_type"] != "NOTEBOOK" or entry["modified_at"] >= modified_after)


def _language(asked: Import) -> Language:
    if asked.language is None:
        raise InvalidParameterError("Missing required field: language; it can be left out with the format AUTO or RAW.")
    return asked.language


def _check_size(size: int) -> None:
    if size > MAX_SIZE:
        raise NotebookTooLargeError(f"{size} bytes are more than the {MAX_SIZE} that can be imported or exported.")


def _id_of(path: str) -> int:
    """The same for a path every time."""
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:6])
