"""Files of a model version, as MLflow's client asks for them when its registry URI is `databricks`."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.types import ASGIApp

from local_workspace.errors import ResourceNotFoundError
from local_workspace.http.dialect import OF_DATABRICKS
from local_workspace.http.requests import fields
from local_workspace.storage.trees import Dbfs

PREFIX = "/api/2.0/mlflow/model-versions"
LIST, SIGN = f"{PREFIX}/list-artifacts", f"{PREFIX}/get-signed-download-uri"
PATHS = {LIST, SIGN}
_HEADERS = {"User-Agent": OF_DATABRICKS}  # so that the places come as those of DBFS


class Asked(BaseModel):
    name: str
    version: str
    path: str = ""


@dataclass(frozen=True)
class ModelArtifactsApi:
    """The endpoints over DBFS, where MLflow's server says that a version's files are."""

    dbfs: Dbfs
    mlflow: ASGIApp

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route(LIST, self.list_artifacts, methods=["GET"], include_in_schema=False)
        router.add_api_route(SIGN, self.sign, methods=["GET"], include_in_schema=False)
        return router

    async def list_artifacts(self, asked: Annotated[Asked, fields(Asked)]) -> dict[str, Any]:
        place = await self._place(asked, "")
        found = self.dbfs.existing(await self._place(asked, asked.path))
        base = self.dbfs.directory(place)
        entries = self.dbfs.children(found) if found.is_dir() else [found]
        return {
            "files": [
                {
                    "path": entry.relative_to(base).as_posix(),
                    "is_dir": entry.is_dir(),
                    "file_size": 0 if entry.is_dir() else entry.stat().st_size,
                }
                for entry in entries
            ]
        }

    async def sign(self, request: Request, asked: Annotated[Asked, fields(Asked)]) -> dict[str, Any]:
        """The address of the file here, and the caller's own token to send along."""
        place = await self._place(asked, asked.path)
        self.dbfs.file(place)
        url = f"{str(request.base_url).rstrip('/')}/dbfs{quote(place.removeprefix('dbfs:'))}"
        credential = request.headers.get("authorization", "")
        return {"signed_uri": url, "headers": [{"name": "Authorization", "value": credential}]}

    async def _place(self, asked: Asked, path: str) -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.mlflow), base_url="http://localhost") as client:
            query = {"name": asked.name, "version": asked.version}
            answer = await client.get(f"{PREFIX}/get-download-uri", params=query, headers=_HEADERS)
        if not answer.is_success:
            raise ResourceNotFoundError(f"Model Version (name={asked.name}, version={asked.version}) not found")
        return f"{answer.json()['artifact_uri']}/{path}".rstrip("/")
