"""`/runs`, `/runs/<id>`, `/login`."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from local_workspace.api.shapes import CREATOR
from local_workspace.errors import InvalidParameterError
from local_workspace.execution.logs import RunLogs
from local_workspace.http.auth import COOKIE, LOGIN, same_token
from local_workspace.jobs.backend import RunBackend
from local_workspace.jobs.records import TaskRun
from local_workspace.pages import graph, views
from local_workspace.pages.made_in_mlflow import MlflowRuns

HERE = Path(__file__).parent
PER_PAGE = 50
ACTIVE_SHOWN = 200
LOG_SHOWN = 128 * 1024
# All that a page needs comes from this origin, and none of it stands in the page itself: what jobs print and what
# their submitters call them cannot become code, even if it were not escaped.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Pages:
    """The pages over a backend."""

    backend: RunBackend
    logs: RunLogs
    mlflow: MlflowRuns
    token: str

    def router(self) -> APIRouter:
        api = APIRouter(include_in_schema=False)
        html: dict[str, Any] = {"response_class": HTMLResponse}
        api.get("/runs", **html)(self.list_runs)
        api.get("/runs/{run_id:int}", **html)(self.show_run)
        api.get("/runs/{run_id:int}/state")(self.state)
        api.get("/runs/{run_id:int}/log", response_class=PlainTextResponse)(self.whole_log)
        api.get("/runs/{run_id:int}/log/part")(self.part_of_log)
        api.get(LOGIN, **html)(self.ask_for_token)
        api.post(LOGIN, **html)(self.log_in)
        api.get("/pages/{name}")(self.file)
        return api

    async def list_runs(self, request: Request, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Response:
        store = self.backend.store
        ended = store.page({"active": 0}, (page - 1) * PER_PAGE, PER_PAGE + 1)
        shown = {
            "active": store.page({"active": 1}, 0, ACTIVE_SHOWN) if page == 1 else [],
            "ended": ended[:PER_PAGE],
            "page": page,
            "has_older": len(ended) > PER_PAGE,
        }
        return _page(request, "runs.html", shown)

    async def show_run(self, request: Request, run_id: int) -> Response:
        try:
            run = self.backend.family(run_id)
        except InvalidParameterError as error:
            return _page(request, "missing.html", {"message": error.message}, 404)
        attempts = self.backend.store.attempts(run.run_id)
        shown = {
            "run": run,
            "attempts": attempts,
            "tasks": _by_task(attempts),
            "problems": views.problems(attempts),
            "drawing": graph.draw(attempts),
            "fingerprint": views.fingerprint(run, attempts),
            "made": await self.mlflow.made_by(run.run_id),
            "log_of": lambda attempt: self.logs.part(attempt.run_id, 0, LOG_SHOWN),
        }
        return _page(request, "run.html", shown)

    async def state(self, run_id: int) -> dict[str, str]:
        """For an open page: whether it still shows how things are."""
        run = self.backend.family(run_id)
        return {"fingerprint": views.fingerprint(run, self.backend.store.attempts(run.run_id))}

    async def part_of_log(self, run_id: int, offset: Annotated[int, Query(ge=0)] = 0) -> dict[str, str | int]:
        """For an open page: what the log has gained; at most as much as a page shows."""
        part = self.logs.part(self.backend.attempt(run_id).run_id, offset, LOG_SHOWN)
        return {"text": views.readable(part.text), "end": part.end}

    async def whole_log(self, run_id: int) -> Response:
        text, _ = self.logs.read(self.backend.attempt(run_id).run_id)
        return PlainTextResponse(text, headers=HEADERS)

    async def ask_for_token(self, request: Request) -> Response:
        return _page(request, "login.html", {"refused": False})

    async def log_in(self, request: Request, given: Annotated[str, Form(alias="token")] = "") -> Response:
        if not same_token(given.strip(), self.token):
            return _page(request, "login.html", {"refused": True}, 403)
        response = RedirectResponse(_own_path(request.query_params.get("next", "/runs")), status_code=303)
        response.set_cookie(COOKIE, self.token, httponly=True, samesite="strict")
        return response

    async def file(self, name: Literal["style.css", "live.js"]) -> Response:
        return FileResponse(HERE / "static" / name, headers={**HEADERS, "Cache-Control": "no-cache"})


def _by_task(attempts: list[TaskRun]) -> dict[str, list[TaskRun]]:
    """The attempts at each task, newest first."""
    tasks: dict[str, list[TaskRun]] = {}
    for attempt in attempts:
        tasks.setdefault(attempt.key, []).insert(0, attempt)
    return tasks


def _templates() -> Jinja2Templates:
    """Jinja2 escapes what it puts into pages: logs and names are other people's text."""
    templates = Jinja2Templates(HERE / "templates")
    helpers = (views.badge, views.moment, views.duration, views.program, views.parameters, views.readable)
    templates.env.globals.update({helper.__name__: helper for helper in helpers})
    templates.env.globals.update(creator=CREATOR, box={"width": graph.WIDTH, "height": graph.HEIGHT})
    return templates


_TEMPLATES = _templates()


def _page(request: Request, name: str, shown: dict[str, Any], status: int = 200) -> Response:
    now = time.time_ns() // 1_000_000
    return _TEMPLATES.TemplateResponse(request, name, {**shown, "now": now}, status, HEADERS)


def _own_path(path: str) -> str:
    """A path of this origin; anything else that a link may have put there leads to the list of runs."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/runs"
