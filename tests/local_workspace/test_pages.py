"""The pages for people, in a browser, over a workspace that executes runs."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from databricks.sdk.service.jobs import RunIf, TaskDependency
from mlflow.tracking import MlflowClient
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser import take_picture
from tests.local_workspace.support import Lab, task_run

PATIENCE = 30_000  # milliseconds
WAITS = """
    import pathlib, sys, time
    for number, signal in enumerate(sys.argv[1:], 1):
        print("line", number)
        while not pathlib.Path(signal).exists():
            time.sleep(0.05)
"""
FAILS = """
    def read():
        raise ValueError("no column 'tenure' in <raw.csv>")
    print("<script>document.title = 'taken over'</script>")
    read()
"""


@pytest.fixture
def visit(browser: Browser, lab: Lab) -> Iterator[Callable[..., Page]]:
    """Opens a path of the workspace in a browser that is logged in; what the browser objects to fails the test."""
    contexts: list[BrowserContext] = []
    objections: list[str] = []

    def open_page(path: str, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type] # options of the context, by their names
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "local_workspace_session", "value": lab.server.token, "url": lab.server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: objections.append(str(error)))
        page.on("console", lambda message: objections.append(message.text) if message.type == "error" else None)
        page.goto(lab.server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert objections == []


@pytest.fixture(scope="module")
def failed(lab: Lab) -> int:
    """A run of which one task failed twice, one was skipped for it and one tidied up."""
    after = [TaskDependency("read")]
    run = lab.submit(
        lab.task("print('there')", "--env=local", key="fetch"),
        lab.task(FAILS, key="read", depends_on=[TaskDependency("fetch")], max_retries=1),
        lab.task("print('never')", key="train", depends_on=after),
        lab.task("print('tidy')", key="tidy", depends_on=after, run_if=RunIf.ALL_DONE),
    )
    lab.ended(run)
    return run


def test_the_list_shows_active_runs_before_those_that_have_ended(
    lab: Lab, failed: int, visit: Callable[..., Page], tmp_path: Path
) -> None:
    signal = tmp_path / "go"
    run_id = lab.submit(lab.task(WAITS, str(signal), key="wait"))
    lab.reaching(run_id, "RUNNING")

    page = visit("/runs")

    active, ended = page.get_by_role("table").all()
    expect(active.locator("tbody tr")).to_have_count(1)
    expect(active.locator("tbody tr")).to_contain_text("Running")
    expect(ended.get_by_role("row").filter(has=page.locator(f'a[href="/runs/{failed}"]'))).to_contain_text(
        "fetch, read, train, tidy"
    )
    take_picture(page, "workspace-runs", tmp_path)
    signal.touch()
    lab.ended(run_id)


def test_the_page_of_a_failed_run_begins_with_the_error(
    failed: int, visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit(f"/runs/{failed}")

    first = page.locator("main > :nth-child(2)")
    expect(first).to_contain_text("read failed")
    expect(first).to_contain_text("ValueError: no column 'tenure' in <raw.csv>")
    expect(first).not_to_contain_text("train")
    expect(first.get_by_text("in read")).to_be_hidden()
    first.locator("summary").click()
    expect(first.get_by_text("in read")).to_be_visible()
    take_picture(page, "workspace-failed-run", tmp_path)


def test_tasks_are_drawn_and_lead_to_their_logs_and_attempts(failed: int, visit: Callable[..., Page]) -> None:
    page = visit(f"/runs/{failed}")

    drawing = page.get_by_role("group", name="Tasks")
    expect(drawing.get_by_role("link")).to_contain_text(
        ["fetch Succeeded", "read Failed, attempt 2", "train Upstream failed", "tidy Succeeded"]
    )
    drawing.get_by_role("link", name="read").click()
    section = page.locator("section:target")
    expect(section.get_by_role("heading", level=2)).to_contain_text("read")
    expect(section).to_contain_text("2 of at most 2")
    section.get_by_text("Attempt 1").click()
    expect(section.get_by_role("region", name="Log of read")).to_have_count(2)
    fetch = page.locator("#task-fetch")
    fetch.get_by_text("Parameters (1)").click()
    expect(fetch.get_by_role("table")).to_contain_text("--env=local")


def test_what_a_job_prints_is_text_and_nothing_else(failed: int, visit: Callable[..., Page]) -> None:
    page = visit(f"/runs/{failed}")

    expect(page.get_by_text("<script>document.title = 'taken over'</script>").first).to_be_visible()
    expect(page).to_have_title(re.compile("^Failed: a test"))


def test_an_open_page_follows_the_log_and_then_the_state(lab: Lab, visit: Callable[..., Page], tmp_path: Path) -> None:
    signals = [tmp_path / "first", tmp_path / "second"]
    run_id = lab.submit(lab.task(WAITS, *map(str, signals), key="wait"))
    lab.reaching(run_id, "RUNNING")
    page = visit(f"/runs/{run_id}")
    log = page.get_by_role("region", name="Log of wait")
    expect(log).to_contain_text("line 1", timeout=PATIENCE)
    page.evaluate("window.seenBefore = true")
    expect(log).not_to_contain_text("line 2")

    signals[0].touch()
    expect(log).to_contain_text("line 2", timeout=PATIENCE)
    assert page.evaluate("window.seenBefore"), "the log grows without the page being loaded anew"
    take_picture(page, "workspace-live-run", tmp_path)

    signals[1].touch()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Succeeded", timeout=PATIENCE)
    expect(log).to_contain_text("line 2")


def test_without_javascript_a_page_says_as_much(failed: int, visit: Callable[..., Page]) -> None:
    page = visit(f"/runs/{failed}", java_script_enabled=False)

    expect(page.locator("main > :nth-child(2)")).to_contain_text("no column 'tenure'")
    expect(page.locator("#task-tidy")).to_contain_text("tidy")
    expect(page.get_by_role("group", name="Tasks")).to_be_visible()


def test_the_page_of_a_run_leads_to_what_it_made_in_mlflow(
    lab: Lab, visit: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        import mlflow
        mlflow.set_experiment("/Shared/pages")
        with mlflow.start_run(run_name="a_forest") as run:
            print(run.info.run_id)
    """
    run = lab.run(source)
    made = lab.printed(run).split()

    link = visit(f"/runs/{run.run_id}").get_by_role("link", name="a_forest")

    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", lab.server.token)
    (experiment,) = MlflowClient(lab.server.url).search_experiments(filter_string="name = '/Shared/pages'")
    target = link.get_attribute("href") or ""
    assert target.startswith(f"/#/experiments/{experiment.experiment_id}/runs/")
    assert target.rpartition("/")[2] in made


def test_the_page_of_a_dark_machine_is_dark(failed: int, visit: Callable[..., Page], tmp_path: Path) -> None:
    def brightness(scheme: str) -> int:
        page = visit(f"/runs/{failed}", color_scheme=scheme)
        take_picture(page, f"workspace-run-{scheme}", tmp_path)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in colour.removeprefix("rgb(").rstrip(")").split(","))

    assert brightness("dark") < 100 < 650 < brightness("light")


def test_a_run_that_does_not_exist_is_said_to_be_so_on_a_page(lab: Lab) -> None:
    answer = lab.raw.get("/runs/7", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert "Run 7 does not exist." in answer.text


def test_a_task_s_id_leads_to_the_page_of_its_run(lab: Lab, failed: int) -> None:
    task = task_run(lab.client.jobs.get_run(failed), "read")

    assert 'id="task-read"' in lab.raw.get(f"/runs/{task}").text


@pytest.mark.parametrize("path", ["/runs", "/runs/7", "/login", "/pages/style.css", "/pages/live.js"])
def test_pages_take_nothing_from_elsewhere_and_cannot_be_framed(lab: Lab, path: str) -> None:
    headers = lab.raw.get(path).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_only_the_style_of_the_login_is_open_to_all(lab: Lab) -> None:
    anonymous = {"Authorization": ""}
    assert lab.raw.get("/pages/style.css", headers=anonymous).status_code == 200
    assert lab.raw.get("/pages/live.js", headers=anonymous).status_code == 401
