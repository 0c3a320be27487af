"""What the pages show of a record, without a server."""

import re
from itertools import product
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from local_workspace.database import open_database
from local_workspace.execution.logs import RunLogs
from local_workspace.execution.order import LOG
from local_workspace.jobs.backend import RunBackend
from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.specification import RunSettings, Task
from local_workspace.jobs.states import LifeCycle, Result, State
from local_workspace.jobs.store import RunStore
from local_workspace.pages import graph, routes, views
from local_workspace.pages.made_in_mlflow import MlflowRuns
from local_workspace.pages.routes import PER_PAGE, Pages

MINUTE = 60_000
NO_TASKS = RunSettings.model_validate({})
SUCCESS = State(life_cycle=LifeCycle.TERMINATED, result=Result.SUCCESS)
FAILURE = State(life_cycle=LifeCycle.TERMINATED, result=Result.FAILED, message="It did not work.")


def task(key: str, *before: str) -> Task:
    depends_on = [{"task_key": name} for name in before]
    file = {"python_file": "/a.py"}
    return Task.model_validate({"task_key": key, "depends_on": depends_on, "spark_python_task": file})


def wheel_task(**parameters: object) -> Task:
    wheel = {"package_name": "churn", "entry_point": "churn", **parameters}
    return Task.model_validate({"task_key": "a", "python_wheel_task": wheel})


def attempt(work: Task, state: State = SUCCESS, **fields: object) -> TaskRun:
    return TaskRun.model_validate({"run_id": 1, "parent_id": 0, "task": work, "state": state, **fields})


@pytest.mark.parametrize(
    ("state", "word", "kind"),
    [
        (State(life_cycle=LifeCycle.QUEUED), "Queued", "waiting"),
        (State(life_cycle=LifeCycle.RUNNING), "Running", "active"),
        (SUCCESS, "Succeeded", "good"),
        (FAILURE, "Failed", "bad"),
        (State(life_cycle=LifeCycle.TERMINATED, result=Result.TIMEDOUT), "Timed out", "bad"),
        (State(life_cycle=LifeCycle.TERMINATED, result=Result.UPSTREAM_FAILED), "Upstream failed", "quiet"),
        (State(life_cycle=LifeCycle.TERMINATED, result=Result.CANCELED), "Cancelled", "quiet"),
    ],
)
def test_a_state_is_a_word_and_a_colour(state: State, word: str, kind: str) -> None:
    assert views.badge(state) == views.Badge(word, kind)


@pytest.mark.parametrize(
    ("took", "shown"), [(0, "0.0 s"), (1_640, "1.6 s"), (125_000, "2 min 5 s"), (63 * MINUTE, "1 h 3 min")]
)
def test_a_duration_is_as_exact_as_it_is_useful(took: int, shown: str) -> None:
    run = JobRun(run_id=1, job_id=1, name="a run", settings=NO_TASKS, started=MINUTE)

    assert views.duration(run.model_copy(update={"ended": MINUTE + took}), now=0) == shown
    assert views.duration(run, now=MINUTE + took) == shown


def test_a_task_that_has_not_begun_has_no_duration() -> None:
    waiting = attempt(task("a"), State(life_cycle=LifeCycle.BLOCKED), started=MINUTE)

    assert views.duration(waiting, now=2 * MINUTE) == ""


def test_problems_are_the_failures_that_nothing_made_good() -> None:
    suffered = State(life_cycle=LifeCycle.TERMINATED, result=Result.UPSTREAM_FAILED)
    attempts = [
        attempt(task("good"), run_id=1),
        attempt(task("mended"), FAILURE, run_id=2),
        attempt(task("mended"), SUCCESS, run_id=3, attempt=1),
        attempt(task("raised"), FAILURE, run_id=4, error="ValueError: no", trace="File ..."),
        attempt(task("died"), FAILURE, run_id=5),
        attempt(task("suffered"), suffered, run_id=6),
    ]

    assert views.problems(attempts) == [
        views.Problem("raised", 4, "ValueError: no", "File ..."),
        views.Problem("died", 5, "It did not work.", ""),
    ]


def test_parameters_go_by_name_or_by_number() -> None:
    named = wheel_task(named_parameters={"job": "ingest"})
    numbered = wheel_task(parameters=["ingest", "--env=local"])

    assert views.parameters(attempt(named)) == [("job", "ingest")]
    assert views.parameters(attempt(numbered)) == [("1", "ingest"), ("2", "--env=local")]


def test_the_colours_of_a_terminal_are_left_out() -> None:
    assert views.readable("\x1b[1;32mdone\x1b[0m [0]") == "done [0]"


def test_a_task_is_drawn_to_the_right_of_all_it_waits_for() -> None:
    tasks = [task("late", "long", "short"), task("short", "first"), task("first"), task("long", "middle"),
             task("middle", "first")]  # fmt: skip
    drawing = graph.draw([attempt(work, run_id=number) for number, work in enumerate(tasks)])
    column = {node.attempt.key: node.x for node in drawing.nodes}

    assert column["first"] < column["short"] == column["middle"] < column["long"] < column["late"]
    assert len({(node.x, node.y) for node in drawing.nodes}) == len(tasks)
    assert len(drawing.edges) == 5
    assert all(node.x + graph.WIDTH <= drawing.width for node in drawing.nodes)
    assert all(node.y + graph.HEIGHT <= drawing.height for node in drawing.nodes)


def test_a_log_is_read_in_parts_that_never_cut_a_character(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    log = tmp_path / "1" / LOG
    logs = RunLogs(tmp_path)
    log.write_bytes(b"caf" + "é".encode()[:1])

    first = logs.part(1, 0, 100)
    log.write_bytes("café au lait".encode())
    second = logs.part(1, first.end, 100)

    assert (first.text, second.text) == ("caf", "é au lait")
    assert logs.part(1, second.end, 100).text == ""


def test_of_a_long_log_the_end_is_read(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / LOG).write_text("0123456789")

    part = RunLogs(tmp_path).part(1, 2, 4)

    assert (part.text, part.start, part.end) == ("6789", 6, 10)


async def test_runs_are_listed_page_by_page_newest_first(tmp_path: Path) -> None:
    store = RunStore(open_database(tmp_path / "state"))
    for number in range(PER_PAGE + 1):
        run = JobRun(run_id=number, job_id=1, name=f"run-{number}-", settings=NO_TASKS, state=SUCCESS)
        store.add(run.model_copy(update={"started": number, "ended": number}), [], None)
    app = FastAPI()
    app.include_router(Pages(RunBackend(store), RunLogs(tmp_path), MlflowRuns(app), "secret").router())

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://workspace") as client:
        first, second = [(await client.get("/runs", params={"page": page})).text for page in (1, 2)]

    assert "run-50-" in first
    assert "run-0-" not in first
    assert re.findall(r"run-\d+-", second) == ["run-0-"]
    assert ('rel="next"' in first, 'rel="prev"' in first) == (True, False)
    assert ('rel="next"' in second, 'rel="prev"' in second) == (False, True)


async def test_a_page_lacks_its_links_when_mlflow_breaks_off() -> None:
    async def breaking_off(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise httpx.ReadError("The connection was closed.")

    assert await MlflowRuns(breaking_off).made_by(1) is None


STYLE = (Path(routes.__file__).parent / "static" / "style.css").read_text()
LIGHT, DARK = (dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{([^}]*)\}", STYLE))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_can_be_read_on_its_ground(colours: dict[str, str]) -> None:
    inks = set(colours) - {"ground", "surface", "line"}

    weak = [
        pair
        for pair in product(sorted(inks), ("ground", "surface"))
        if _contrast(colours[pair[0]], colours[pair[1]]) < 4.5
    ]

    assert weak == []


def _contrast(first: str, second: str) -> float:
    """Contrast ratio of WCAG 2, section 1.4.3."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
