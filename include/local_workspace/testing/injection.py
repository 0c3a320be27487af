"""Letting requests meet the faults that the rules name."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local_workspace.testing.routes import PATH
from local_workspace.testing.rules import Answer, Faults, Request, Rule


class FaultInjection:
    """Stands before all routes, those of MLflow's server included."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == PATH:
            await self._app(scope, receive, send)
            return
        rule = self._faults.take("before", _request(scope))
        if rule:
            await asyncio.sleep(rule.delay_seconds)
        if rule and rule.changes_answer:
            await _deliver(Answer().changed_by(rule), rule, receive, send)
        else:
            await self._carry_out(scope, receive, send)

    async def _carry_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _request(scope)
        if not self._faults.concern("after", request):
            await self._app(scope, receive, send)
            return
        real = _Recording()
        await self._app(scope, receive, real.send)
        rule = self._faults.take("after", request, real.status)
        if rule is None:
            await real.replay(send)
            return
        await asyncio.sleep(rule.delay_seconds)
        await _deliver(real.answer().changed_by(rule), rule, receive, send)


def _request(scope: Scope) -> Request:
    return Request(scope["method"], scope["path"], Headers(scope=scope).get("user-agent", ""))


class _Recording:
    """An answer that is held back until it is known what becomes of it."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self._messages.append(message)

    async def replay(self, send: Send) -> None:
        for message in self._messages:
            await send(message)

    @property
    def status(self) -> int:
        status: int = self._messages[0]["status"]
        return status

    def answer(self) -> Answer:
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in self._messages[0]["headers"]}
        headers.pop("transfer-encoding", None)
        body = b"".join(message.get("body", b"") for message in self._messages[1:])
        return Answer(self.status, headers, body)


async def _deliver(answer: Answer, rule: Rule, receive: Receive, send: Send) -> None:
    if rule.drop == "connection":
        await _hang_up(receive, send)
        return
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if rule.drop == "body":
        await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
        await _hang_up(receive, send)
        return
    await send({"type": "http.response.body", "body": answer.body})


async def _hang_up(receive: Receive, send: Send) -> None:
    """Close the connection. ASGI has no word for it, so that uvicorn's own transport has to be asked."""
    send.__self__.transport.close()  # type: ignore[attr-defined] # the request's cycle, whose method `send` is
    while (await receive())["type"] != "http.disconnect":
        pass  # the rest of the request, which nobody reads
