"""Handing requests on to MLflow's server, so that one origin and one token serve jobs and registry."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from local_workspace.errors import UnavailableError
from local_workspace.http.replies import reply_with

PATHS = (
    "/api/2.0/mlflow/",
    "/api/2.0/mlflow-artifacts/",
    "/api/3.0/mlflow/",
    "/ajax-api/",
    "/static-files/",
    "/get-artifact",
    "/model-versions/get-artifact",
    "/graphql",
    "/v1/traces",
    "/version",
)
# They describe one connection, not the request; the secret is for this server alone. MLflow refuses names of hosts that
# it does not know, against pages that guess at servers without a password: this one asks for its token instead.
_OURS = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "authorization", "cookie", "host"}


def is_for_mlflow(path: str) -> bool:
    """Whether MLflow's server answers this path. The start page is its own, since its client prints links to it."""
    return path == "/" or path.startswith(PATHS)


class Forwarder:
    """An ASGI app that streams requests to a server behind a socket file, and its replies back."""

    def __init__(self, socket: Path, patience: float = 120.0) -> None:
        """Wait for up to `patience` seconds for the server to come up."""
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=str(socket), limits=httpx.Limits(max_connections=64)),
            timeout=httpx.Timeout(None, connect=5.0),
        )
        self._patience = patience
        self.up = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._pass_on(Request(scope, receive))
        except (httpx.TransportError, TimeoutError) as error:
            response = reply_with(UnavailableError(f"MLflow's server does not answer: {error!r}"))
        await response(scope, receive, send)

    async def _pass_on(self, request: Request) -> Response:
        await asyncio.wait_for(self.up.wait(), self._patience)
        upstream = self._client.build_request(
            request.method,
            httpx.URL(scheme="http", host="localhost", raw_path=_target(request)),
            headers=[pair for pair in request.headers.raw if pair[0].decode() not in _OURS],
            content=request.stream() if _has_body(request) else None,
        )
        answer = await self._client.send(upstream, stream=True)
        response = StreamingResponse(_body(answer), answer.status_code)
        response.raw_headers = [
            (name.lower(), value) for name, value in answer.headers.raw if name.lower().decode() not in _OURS
        ]
        return response

    async def close(self) -> None:
        await self._client.aclose()


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _target(request: Request) -> bytes:
    query = request.scope["query_string"]
    path: bytes = request.scope["raw_path"]
    return path + (b"?" + query if query else b"")


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers
