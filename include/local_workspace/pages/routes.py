"""`/runs`, `/runs/<id>`, `/login`."""

import time
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from local_workspace.execution.logs import RunLogs
from local_workspace.http.auth import COOKIE, LOGIN, same_token
from local_workspace.jobs.backend import RunBackend
from local_workspace.pages import views

LATEST = 100


def router(backend: RunBackend, logs: RunLogs, token: str) -> APIRouter:
    """The pages over this backend."""
    api = APIRouter(include_in_schema=False)
    templates = _templates()

    @api.get("/runs", response_class=HTMLResponse)
    async def list_runs(request: Request) -> Response:
        runs = backend.store.page({}, 0, LATEST)
        return templates.TemplateResponse(request, "runs.html", {"runs": runs, "now": _now()})

    @api.get("/runs/{run_id}", response_class=HTMLResponse)
    async def show_run(request: Request, run_id: int) -> Response:
        run = backend.family(run_id)
        attempts = backend.store.attempts(run.run_id)
        shown = {"run": run, "attempts": attempts, "chosen": run_id, "logs": logs, "now": _now()}
        return templates.TemplateResponse(request, "run.html", shown)

    @api.get(LOGIN, response_class=HTMLResponse)
    async def ask_for_token(request: Request) -> Response:
        return templates.TemplateResponse(request, "login.html", {"refused": False})

    @api.post(LOGIN, response_class=HTMLResponse)
    async def log_in(request: Request, given: Annotated[str, Form(alias="token")] = "") -> Response:
        if not same_token(given.strip(), token):
            return templates.TemplateResponse(request, "login.html", {"refused": True}, status_code=403)
        response = RedirectResponse(_own_path(request.query_params.get("next", "/runs")), status_code=303)
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict")
        return response

    return api


def _templates() -> Jinja2Templates:
    """Jinja2 escapes what it puts into pages: logs and names are other people's text."""
    templates = Jinja2Templates(Path(__file__).parent / "templates")
    templates.env.globals.update(
        badge=views.badge, moment=views.moment, duration=views.duration, command_line=views.command_line
    )
    return templates


def _own_path(path: str) -> str:
    """A path of this origin; anything else that a link may have put there leads to the list of runs."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/runs"


def _now() -> int:
    return time.time_ns() // 1_000_000
