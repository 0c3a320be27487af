"""Large files of volumes in parts: begin, ask for the addresses of parts, send them in any order, complete.

On Databricks the addresses lead to the cloud's storage and are signed. Here they lead to the workspace, and the headers
to send along are the caller's own.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from local_workspace.api.files import AbsolutePath
from local_workspace.errors import InvalidParameterError, NotFoundError
from local_workspace.http.requests import fields
from local_workspace.storage.trees import Volumes
from local_workspace.storage.uploads import Upload, Uploads

PREFIX = "/api/2.0/fs"
PartNumber = Annotated[int, Field(ge=1, le=10_000)]


class Part(BaseModel):
    part_number: PartNumber


class Action(BaseModel):
    action: str
    overwrite: bool = True
    session_token: str = ""
    parts: list[Part] = []


class AskedParts(BaseModel):
    session_token: str
    start_part_number: PartNumber
    count: int = Field(ge=1, le=1000)


class AskedAbort(BaseModel):
    session_token: str


@dataclass(frozen=True)
class UploadsApi:
    """The endpoints over the volumes of a root."""

    volumes: Volumes
    uploads: Uploads

    def router(self) -> APIRouter:
        router = APIRouter(prefix=PREFIX)
        for method, path, handler in (
            ("POST", "/files/{path:path}", self.act),
            ("POST", "/create-upload-part-urls", self.list_part_urls),
            ("POST", "/create-abort-upload-url", self.show_abort_url),
            ("PUT", "/uploads/{token}/{number}", self.put_part),
            ("DELETE", "/uploads/{token}", self.abort),
        ):
            router.add_api_route(path, handler, methods=[method])
        return router

    async def act(self, path: AbsolutePath, asked: Annotated[Action, fields(Action)]) -> dict[str, Any]:
        if asked.action == "initiate-upload":
            self.volumes.place_for(path, overwrite=asked.overwrite)
            return {"multipart_upload": {"session_token": self.uploads.begin(Upload(path, asked.overwrite))}}
        if asked.action == "complete-upload":
            return await self._complete(path, asked)
        raise InvalidParameterError(f"Unknown action '{asked.action}'; expected initiate-upload or complete-upload.")

    async def _complete(self, path: str, asked: Action) -> dict[str, Any]:
        upload = self._find(asked.session_token)
        if upload.path != path:
            raise InvalidParameterError(f"This upload is to '{upload.path}', not to '{path}'.")
        numbers = [part.part_number for part in asked.parts]
        absent = [number for number in numbers if not self.uploads.has(asked.session_token, number)]
        if absent or not numbers:
            raise InvalidParameterError(f"Parts {absent} were not uploaded." if absent else "There are no parts.")
        place = partial(self.volumes.place_for, path, overwrite=upload.overwrite)
        await self.uploads.complete(asked.session_token, numbers, place)
        return {}

    async def list_part_urls(
        self, request: Request, asked: Annotated[AskedParts, fields(AskedParts)]
    ) -> dict[str, Any]:
        self._find(asked.session_token)
        numbers = range(asked.start_part_number, asked.start_part_number + asked.count)
        urls = [{"part_number": number, **_address(request, asked.session_token, str(number))} for number in numbers]
        return {"upload_part_urls": urls}

    async def show_abort_url(
        self, request: Request, asked: Annotated[AskedAbort, fields(AskedAbort)]
    ) -> dict[str, Any]:
        self._find(asked.session_token)
        return {"abort_upload_url": _address(request, asked.session_token)}

    async def put_part(self, token: str, number: PartNumber, request: Request) -> Response:
        self._find(token)
        try:
            await self.uploads.write_part(token, number, request.stream())
        except FileNotFoundError:
            raise _unknown(token) from None
        return Response(status_code=200, headers={"ETag": f'"{number}"'})

    async def abort(self, token: str) -> Response:
        self._find(token)
        self.uploads.abort(token)
        return Response(status_code=200)

    def _find(self, token: str) -> Upload:
        upload = self.uploads.find(token)
        if upload is None:
            raise _unknown(token)
        return upload


def _unknown(token: str) -> NotFoundError:
    return NotFoundError(f"There is no upload '{token}', or it has ended.")


def _address(request: Request, *below: str) -> dict[str, Any]:
    url = f"{str(request.base_url).rstrip('/')}{PREFIX}/uploads/{'/'.join(below)}"
    return {"url": url, "headers": [{"name": "Authorization", "value": request.headers.get("authorization", "")}]}
