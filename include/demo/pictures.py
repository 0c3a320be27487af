"""Pictures of what people look at, for the README: taken while the lifecycle goes through a stack that runs."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from demo.clients.airflow import DagRun, Question
from demo.lifecycle import GATE, JOB_RUN, Conductor
from demo.stack.lifetime import Stack
from demo.stack.secrets import USER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE = {"width": 1440, "height": 900}
FLAT = {"width": 1800, "height": 480}  # graphs go from left to right
TALL = {"width": 1440, "height": 1180}
PATIENCE = 60_000  # milliseconds
SETTLING = 1_500  # until drawings have moved to their places
SHOW_GRAPHS = """localStorage.setItem("default_dag_view", '"graph"')"""
WITHOUT_TOOLS = ".react-flow__minimap, .react-flow__panel { display: none }"
REPORT = "report.html"


@dataclass
class Studio:
    """Takes pictures with a browser, and puts them into a directory."""

    browser: "Browser"
    stack: Stack
    out: Path

    def question(self, run: DagRun, question: Question) -> None:
        """What a person is asked, as long as it is not answered."""
        url = f"{self.stack.airflow_url}/dags/{run.dag_id}/runs/{run.run_id}"
        self._airflow.goto(f"{url}/tasks/{question.task_id}/required_actions")
        self._airflow.get_by_role("button", name="Approve").wait_for()
        self._save(self._airflow, f"question-{run.dag_id}")

    def everything_else(self, conductor: Conductor) -> None:
        """All that the lifecycle leaves to look at, once it has ended."""
        for dag_id in conductor.runs:
            self._graph(dag_id)
        self._trigger_form("train")
        self._model_page("light")
        self._model_page("dark")
        self._report(conductor.comparison().run_id)
        self._run_page(self.stack.airflow_api.pushed(conductor.runs[GATE], "model_deployment", JOB_RUN))

    @cached_property
    def _airflow(self) -> "Page":
        return self._logged_in("light")

    def _logged_in(self, scheme: Literal["light", "dark"]) -> "Page":
        page = self._page(scheme)
        page.add_init_script(SHOW_GRAPHS)
        page.goto(self.stack.airflow_url)
        page.fill("input[name=username]", USER)
        page.fill("input[name=password]", self.stack.secrets.password)
        page.click("button[type=submit]")
        page.get_by_role("link", name="Churn model").wait_for()
        return page

    def _page(self, scheme: Literal["light", "dark"]) -> "Page":
        context = self.browser.new_context(color_scheme=scheme, viewport=WIDE)  # type: ignore[arg-type] # has both keys
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def _graph(self, dag_id: str) -> None:
        page = self._airflow
        page.set_viewport_size(FLAT)  # type: ignore[arg-type] # has both keys
        page.goto(f"{self.stack.airflow_url}/dags/{dag_id}")
        page.locator(".react-flow__node").first.wait_for()
        page.wait_for_timeout(SETTLING)
        page.locator(".react-flow").screenshot(path=self.out / f"graph-{dag_id}.png", style=WITHOUT_TOOLS)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type] # has both keys

    def _trigger_form(self, dag_id: str) -> None:
        page = self._airflow
        page.set_viewport_size(TALL)  # type: ignore[arg-type] # has both keys
        page.goto(f"{self.stack.airflow_url}/dags/{dag_id}")
        page.get_by_role("button", name="Trigger").first.click()
        page.get_by_text("Run Parameters").wait_for()
        self._save(page, f"trigger-{dag_id}")

    def _model_page(self, scheme: Literal["light", "dark"]) -> None:
        page = self._logged_in(scheme)
        page.get_by_role("link", name="Churn model").click()
        page.frame_locator("iframe").get_by_role("table", name="Last decisions").wait_for()
        self._save(page, f"model-page-{scheme}")

    def _report(self, mlflow_run_id: str) -> None:
        """The file itself: MLflow's pages show it in a frame that is smaller."""
        page, workspace = self._page("light"), self.stack.workspace
        url = f"{workspace.url}/get-artifact?path={REPORT}&run_uuid={mlflow_run_id}"
        answer = page.request.get(url, headers={"Authorization": f"Bearer {workspace.token}"})
        page.set_content(answer.text())
        page.screenshot(path=self.out / "gate-report.png", full_page=True)

    def _run_page(self, job_run: int) -> None:
        page, workspace = self._page("light"), self.stack.workspace
        page.goto(f"{workspace.url}/login?next=/runs/{job_run}")
        page.get_by_label("Token").fill(workspace.token)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("heading", name="Log").first.wait_for()
        page.screenshot(path=self.out / "run-page.png", full_page=True)
        page.goto(f"{workspace.url}/runs")
        page.screenshot(path=self.out / "runs.png")

    def _save(self, page: "Page", name: str) -> None:
        page.wait_for_timeout(SETTLING)
        page.screenshot(path=self.out / f"{name}.png")
