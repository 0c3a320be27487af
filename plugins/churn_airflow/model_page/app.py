"""The page's routes. Airflow mounts the application but does not protect it: it asks for Airflow's login itself."""

from pathlib import Path

from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.responses import Response

from churn_airflow.environment import environment_settings
from churn_airflow.model_page.interval import WIDTH
from churn_airflow.model_page.problems import EXPECTED, Problem, problem_of
from churn_airflow.model_page.reading import PATIENCE, PageHook
from churn_airflow.model_page.view import ModelView, model_view

HERE = Path(__file__).parent
GATE = "deploy_gate"  # whoever may look at this DAG may look at the page: it shows what the DAG decides
UNAVAILABLE = 503
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

may_look = requires_access_dag("GET", param_dag_id=GATE)
app = FastAPI(title="Churn model", docs_url=None, redoc_url=None, openapi_url=None)
app.mount("/static", StaticFiles(directory=HERE / "static"))
_templates = Jinja2Templates(HERE / "templates")
_templates.env.globals["bar_width"] = WIDTH


@app.get("/", response_class=HTMLResponse, dependencies=[Depends(may_look)])
def show_model(request: Request) -> Response:
    """The page. Not async: the hook waits for its answers, and does so in a thread of its own."""
    shown = _read()
    if isinstance(shown, Problem):
        return _templates.TemplateResponse(request, "problem.html", {"problem": shown}, UNAVAILABLE, HEADERS)
    return _templates.TemplateResponse(request, "model.html", {"view": shown}, headers=HEADERS)


def _read() -> ModelView | Problem:
    conn_id = ""
    try:
        settings = environment_settings()
        conn_id = settings.airflow.conn_id
        hook = PageHook(conn_id, registry_mode=settings.registry.mode, caller="ChurnModelPage", **PATIENCE)
        return model_view(settings, hook.facts(settings))
    except EXPECTED as error:
        return problem_of(error, conn_id)
