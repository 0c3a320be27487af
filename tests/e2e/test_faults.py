"""The lifecycle on a workspace whose answers fail: Airflow's side gets over each fault, and no job runs twice."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient

from churn.config import Settings
from demo.commands import landed
from demo.lifecycle import Conductor, lifecycle
from demo.stack.lifetime import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

AIRFLOW = "databricks-airflow/*"  # the jobs use some of the same routes, with clients of their own
MLFLOW = "/api/2.0/mlflow"
ROUTES = [  # what the DAGs call in this lifecycle, sensors and operators included
    ("POST", "/api/2.?/jobs/runs/submit"),
    ("GET", "/api/2.?/jobs/runs/get"),
    ("GET", f"{MLFLOW}/experiments/get-by-name"),
    ("POST", f"{MLFLOW}/experiments/create"),
    ("POST", f"{MLFLOW}/experiments/search"),
    ("POST", f"{MLFLOW}/experiments/set-experiment-tag"),
    ("POST", f"{MLFLOW}/runs/search"),
    ("GET", f"{MLFLOW}/runs/get"),
    ("POST", f"{MLFLOW}/runs/create"),
    ("POST", f"{MLFLOW}/runs/update"),
    ("GET", f"{MLFLOW}/registered-models/get"),
    ("GET", f"{MLFLOW}/model-versions/get"),
    ("GET", f"{MLFLOW}/model-versions/search"),
    ("POST", f"{MLFLOW}/model-versions/set-tag"),
    ("POST", f"{MLFLOW}/model-versions/transition-stage"),
]
FAULTS: list[dict[str, Any]] = [*({"status": status} for status in (429, 500, 502, 503, 504)), {"drop": "connection"}]
RETRIED = [{"moment": moment, **fault} for moment in ("before", "after") for fault in FAULTS]
AT_ONCE = 2  # the hook makes three attempts at a call
TURNS = len(RETRIED) // AT_ONCE  # in one turn every route meets some of the faults, in all turns all
FATAL: list[dict[str, Any]] = [
    {"status": 400, "body": {"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}},
    {"status": 403, "body": {"error_code": 403, "message": "Invalid access token."}},
    {"status": 200, "body": '{"run_id": 12'},
    {"status": 200, "body": "<html>a proxy's login page</html>"},
]


@dataclass
class Faults:
    """The workspace's own rules of which requests fail."""

    client: httpx.Client
    url: str

    def inject(self, rules: Sequence[Mapping[str, Any]]) -> None:
        self.client.put(self.url, json={"rules": list(rules)}).raise_for_status()

    def seen(self) -> list[dict[str, Any]]:
        """The rules, and to how many requests each has applied."""
        return list(self.client.get(self.url).json()["rules"])


@pytest.fixture
def faults(stack: Stack) -> Iterator[Faults]:
    headers = {"Authorization": f"Bearer {stack.workspace.token}"}
    url = f"{stack.workspace.url}/api/local/faults"
    with httpx.Client(headers=headers, trust_env=False) as client:
        yield Faults(client, url)
        client.delete(url)


def route(method: str, path: str, **rule: Any) -> dict[str, Any]:
    return {"client": AIRFLOW, "method": method, "path": path, **rule}


def of_airflow(found: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{rule['method']} {rule['path']}" for rule in found]


@pytest.mark.parametrize("turn", [pytest.param(turn, marks=[pytest.mark.soak] * (turn > 0)) for turn in range(TURNS)])
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


def runs(stack: Stack) -> Counter[str]:
    client = WorkspaceClient(host=stack.workspace.url, token=stack.workspace.token)
    return Counter(str(run.run_name) for run in client.jobs.list_runs())


def assert_promoted(conductor: Conductor) -> None:
    """The lifecycle has ended as it does without faults."""
    model = conductor.settings.registry.model_name
    stages = {version.version: version.stage for version in conductor.stack.workspace_api.model_versions(model)}
    assert stages == {"1": "Archived", "2": "Production"}
