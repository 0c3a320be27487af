"""The Databricks clients that nobody here wrote, each asked in its own way for the same."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from airflow.providers.databricks.exceptions import DatabricksApiError
from airflow.providers.databricks.hooks.databricks import DatabricksHook
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError
from tests.local_workspace.support import Server

CONNECTION = "contract"
NAMES = ("sdk", "hook", "async hook")
Json = dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """An error as a client tells it; None for what it does not tell."""

    status: int | None
    kind: type[Exception]
    code: str | int | None
    message: str | None


@dataclass(frozen=True)
class Client:
    """One client; `ask` goes through the client's own requests, errors and retries."""

    name: str
    sdk: WorkspaceClient
    hook: DatabricksHook

    def ask(self, method: str, path: str, fields: Json | None = None, **more: Any) -> Json:
        """Ask for `path`, such as `2.2/jobs/get`; fields go where this client puts them."""
        if self.name == "sdk":
            where = {"query": fields} if method == "GET" else {"body": fields}
            return dict(self.sdk.api_client.do(method, f"/api/{path}", **{**where, **more}))
        if self.name == "hook":
            return dict(self.hook._do_api_call((method, path), fields))
        return dict(self.wait_for(lambda hook: hook._a_do_api_call((method, path), fields)))

    def wait_for(self, call: Callable[[DatabricksHook], Any]) -> Any:
        """The result of one of the hook's asynchronous methods."""

        async def wait() -> Any:
            async with DatabricksHook(CONNECTION, retry_limit=1) as hook:
                return await call(hook)

        return asyncio.run(wait())

    def refusal(self, call: Callable[["Client"], object]) -> Refusal:
        """The error that the call ends with."""
        with pytest.raises((DatabricksError, DatabricksApiError)) as raised:
            call(self)
        error = raised.value
        if isinstance(error, DatabricksError):
            return Refusal(None, type(error), error.error_code, str(error))
        return _told_by_hook(error)


def _told_by_hook(error: DatabricksApiError) -> Refusal:
    """The synchronous hook quotes the body of the reply; the asynchronous one knows the status alone."""
    _, quoted, body = str(error).partition("Response: {")
    if not quoted:
        return Refusal(error.http_status_code, type(error), None, None)
    told = json.loads("{" + body.rpartition(", Status Code")[0])
    return Refusal(error.http_status_code, type(error), told["error_code"], told["message"])


@contextmanager
def client_of(server: Server, name: str, token: str | None = None) -> Iterator[Client]:
    """A client of this name; the hook finds its connection as Airflow does, in the environment."""
    connection = {
        "conn_type": "databricks",
        "host": "127.0.0.1",
        "port": int(server.url.rpartition(":")[2]),
        "schema": "http",
        "password": token or server.token,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"AIRFLOW_CONN_{CONNECTION.upper()}", json.dumps(connection))
        yield Client(name, server.sdk(token), DatabricksHook(CONNECTION, retry_limit=1))
