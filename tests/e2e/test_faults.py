"""The lifecycle on a workspace whose answers fail: Airflow's side gets over each fault, and no job runs twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from databricks.sdk import WorkspaceClient

from churn.config import Settings
from demo.commands import landed
from demo.lifecycle import Conductor, lifecycle
from demo.stack.lifetime import Stack

from .faults import AIRFLOW, Faults

pytestmark = pytest.mark.e2e

MLFLOW = "/api/2.0/mlflow"
Route = tuple[str, str]  # method and path
SUBMIT, JOB_RUN = ("POST", "/api/2.?/jobs/runs/submit"), ("GET", "/api/2.?/jobs/runs/get")
JOB_RUNS = ("GET", "/api/2.?/jobs/runs/list")  # for a link only: a question is asked without it, too
EXPERIMENT, EXPERIMENTS = ("GET", f"{MLFLOW}/experiments/get-by-name"), ("POST", f"{MLFLOW}/experiments/search")
NEW_EXPERIMENT, TAG_EXPERIMENT = (
    ("POST", f"{MLFLOW}/experiments/create"),
    ("POST", f"{MLFLOW}/experiments/set-experiment-tag"),
)
RUN, RUNS = ("GET", f"{MLFLOW}/runs/get"), ("POST", f"{MLFLOW}/runs/search")
NEW_RUN, FINISH_RUN = ("POST", f"{MLFLOW}/runs/create"), ("POST", f"{MLFLOW}/runs/update")
MODEL, VERSION = ("GET", f"{MLFLOW}/registered-models/get"), ("GET", f"{MLFLOW}/model-versions/get")
VERSIONS, TAG_VERSION = ("GET", f"{MLFLOW}/model-versions/search"), ("POST", f"{MLFLOW}/model-versions/set-tag")
MOVE = ("POST", f"{MLFLOW}/model-versions/transition-stage")
# What each task of the lifecycle calls before any other task of its DAG does.
JOB, FOUND, ASKED = [SUBMIT, JOB_RUN], [EXPERIMENT, RUNS, VERSIONS], [RUN]
ACT = [EXPERIMENTS, VERSION, NEW_EXPERIMENT, MOVE, TAG_VERSION, NEW_RUN, FINISH_RUN, TAG_EXPERIMENT]
CALLS: dict[str, list[list[Route]]] = {
    "initial_train_register": [JOB, FOUND, ASKED, [MODEL, *ACT]],
    "train": [JOB, FOUND, ASKED, [VERSION, MOVE, TAG_VERSION]],
    "deploy_gate": [[MODEL], JOB, [EXPERIMENT, RUNS], ASKED, ACT],
    "batch_inference": [JOB],
}
ROUTES = sorted({JOB_RUNS} | {called for tasks in CALLS.values() for task in tasks for called in task})
FAULTS: list[dict[str, Any]] = [*({"status": status} for status in (429, 500, 502, 503, 504)), {"drop": "connection"}]
RETRIED = [{"moment": moment, **fault} for moment in ("before", "after") for fault in FAULTS]
AT_ONCE = 2  # the hook makes three attempts at a call
RETRIED_TURNS = len(RETRIED) // AT_ONCE  # in one turn every route meets some of the faults, in all turns all
FATAL: list[dict[str, Any]] = [
    {"moment": "before", "status": 400, "body": {"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}},
    {"moment": "after", "status": 200, "body": '{"cut'},
    {"moment": "before", "status": 403, "body": {"error_code": 403, "message": "Invalid access token."}},
    {"moment": "after", "status": 200, "body": "<html>the login page of a proxy</html>"},
    {"moment": "after", "drop": "body"},
]
FATAL_TURNS = max(len(task) for tasks in CALLS.values() for task in tasks)


def turns(number: int) -> list[ParameterSet]:
    """The first is taken always, the others when asked for."""
    return [pytest.param(turn, marks=[pytest.mark.soak] * (turn > 0)) for turn in range(number)]


def route(method: str, path: str, **rule: Any) -> dict[str, Any]:
    return {"client": AIRFLOW, "method": method, "path": path, **rule}


def of_airflow(found: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{rule['method']} {rule['path']}" for rule in found]


@pytest.mark.parametrize("turn", turns(RETRIED_TURNS))
def test_no_fault_that_the_hook_retries_disturbs_the_lifecycle(
    turn: int, stack: Stack, settings: Settings, customers: Path, conductor: Conductor, faults: Faults
) -> None:
    source = landed(stack, settings, customers)
    before = runs(stack)
    failing = [
        route(*called, **fault)
        for number, called in enumerate(ROUTES)
        for fault in islice(cycle(RETRIED), AT_ONCE * (number + turn), AT_ONCE * (number + turn + 1))
    ]
    passing = [route(*called, delay_seconds=0.001, times=None) for called in ROUTES]
    unknown = route("*", "*", delay_seconds=0.001, times=None)
    faults.inject([*failing, *passing, unknown])

    for step in lifecycle(settings, source):
        conductor.take(step)

    *known, others = faults.seen()
    assert of_airflow([rule for rule in known if rule["applied"] == 0]) == [], "these routes were not called"
    assert others["applied"] == 0, "Airflow called a route that is not listed here"
    assert_promoted(conductor)
    assert set((runs(stack) - before).values()) == {1}, "a job ran twice"


@pytest.mark.parametrize("turn", turns(FATAL_TURNS))
def test_what_the_hook_gives_up_on_is_made_good_by_the_next_try_of_the_task(
    turn: int, stack: Stack, settings: Settings, customers: Path, conductor: Conductor, faults: Faults
) -> None:
    source = landed(stack, settings, customers)
    before = runs(stack)

    for step in lifecycle(settings, source):
        failing = [
            route(*task[turn % len(task)], **FATAL[(turn + number) % len(FATAL)])
            for number, task in enumerate(CALLS[step.dag_id])
        ]
        faults.inject(failing)
        tried_again = conductor.take(step)
        assert of_airflow([rule for rule in faults.seen() if rule["applied"] == 0]) == [], "never called"
        failed = [attempt for attempt in stack.airflow_api.attempts(tried_again) if attempt.number > 1]
        assert len(failed) == len(failing)

    assert_promoted(conductor)
    assert set((runs(stack) - before).values()) == {1}, "a job ran twice"


def runs(stack: Stack) -> Counter[str]:
    client = WorkspaceClient(host=stack.workspace.url, token=stack.workspace.token)
    return Counter(str(run.run_name) for run in client.jobs.list_runs())


def assert_promoted(conductor: Conductor) -> None:
    """The lifecycle has ended as it does without faults."""
    model = conductor.settings.registry.model_name
    stages = {version.version: version.stage for version in conductor.stack.workspace_api.model_versions(model)}
    assert stages == {"1": "Archived", "2": "Production"}
