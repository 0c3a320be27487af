"""The one token of a workspace: made at the first start, asked for on every request."""

import base64
import binascii
import hmac
import secrets
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from local_workspace.errors import InvalidTokenError, NoCredentialError
from local_workspace.http.replies import reply_with
from local_workspace.storage.writing import replacing

COOKIE = "local_workspace_session"
LOGIN = "/login"
STYLE = "/pages/style.css"  # the login page's, too
OPEN_PATHS = {LOGIN, STYLE, "/.well-known/databricks-config", "/health"}


def token_of(path: Path, given: str | None = None) -> str:
    """Return the token: the given one, which replaces what is there; what is there; or, where nothing is, a new one."""
    kept = path.read_text().strip() if path.exists() else ""
    token = given or kept or "dapi" + secrets.token_hex(20)
    if token != kept:
        with replacing(lambda: path, path.parent) as output:  # which makes files for their owner only
            output.write(token.encode() + b"\n")
    return token


class TokenRequired:
    """Lets a request through that carries the token: as bearer, as basic password, or in the pages' cookie."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        if scope["path"] in OPEN_PATHS:
            return None
        headers = Headers(scope=scope)
        credential = credential_in(headers)
        if credential is None:
            return _ask_to_log_in(scope) if _is_browser(headers) else reply_with(NoCredentialError())
        return None if same_token(credential, self._token) else reply_with(InvalidTokenError())


def same_token(given: str, token: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), token.encode())


def credential_in(headers: Headers) -> str | None:
    """The secret that a request carries; None where it carries none of a known kind."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        return _password(value)
    return _cookie(headers.get("cookie", ""))


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _cookie(header: str) -> str | None:
    try:
        cookie = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None


def _is_browser(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")


def _ask_to_log_in(scope: Scope) -> Response:
    return RedirectResponse(f"{LOGIN}?next={quote(scope['path'])}", status_code=303)
