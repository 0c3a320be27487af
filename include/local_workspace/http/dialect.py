"""What MLflow's client needs when its tracking URI is `databricks`: artifacts in DBFS.

MLflow's server calls the places of its artifacts `mlflow-artifacts:/...`, which only a client with an `http://` URI can
reach. The others see the same places as `dbfs:/mlflow-artifacts/...`; state and files are the same for both.
"""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OF_DATABRICKS = "databricks-sdk"
"""In the `User-Agent` of a client with the URI `databricks`: it sends its requests through the SDK."""
TO_SERVER = (b"dbfs:/mlflow-artifacts/", b"mlflow-artifacts:/")
TO_CLIENT = (b'"mlflow-artifacts:/', b'"dbfs:/mlflow-artifacts/')
TRANSLATED = ("/api/2.0/mlflow/", "/api/3.0/mlflow/")


class Dialect:
    """Stands before MLflow's server, and translates for the clients that need it. Their messages are short JSON."""

    def __init__(self, mlflow: ASGIApp) -> None:
        self._mlflow = mlflow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _needs_translation(scope):
            await self._mlflow(scope, receive, send)
            return
        request = (await Request(scope, receive).body()).replace(*TO_SERVER)
        answer = _Answer()
        await self._mlflow(_of_length(scope, len(request)), _at_once(request, receive), answer.take)
        await answer.translate(send)


def _needs_translation(scope: Scope) -> bool:
    is_of_databricks = OF_DATABRICKS in Headers(scope=scope).get("user-agent", "")
    return is_of_databricks and scope["path"].startswith(TRANSLATED)


class _Answer:
    def __init__(self) -> None:
        self._start: Message = {}
        self._body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")

    async def translate(self, send: Send) -> None:
        body = self._body.replace(*TO_CLIENT)
        await send(_of_length(self._start, len(body)))
        await send({"type": "http.response.body", "body": body})


def _of_length(head: Scope | Message, length: int) -> dict[str, object]:
    """A head, of request or answer, that announces a body of this length."""
    kept = [(name, value) for name, value in head["headers"] if name not in {b"content-length", b"transfer-encoding"}]
    return {**head, "headers": [*kept, (b"content-length", str(length).encode())]}


def _at_once(body: bytes, receive: Receive) -> Receive:
    """Give the body that has been received already, and then whatever comes."""
    given = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return given.pop() if given else await receive()

    return next_message
