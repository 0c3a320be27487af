"""Changes of Production through the DAGs, after the lifecycle: held, rejected, taken back, each with its record."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from churn.config import Settings
from demo.commands import landed
from demo.lifecycle import GATE, INFERENCE, Conductor, Step, lifecycle
from demo.stack.lifetime import Stack
from demo.stack.secrets import USER

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def begun(stack: Stack, settings: Settings, conductor: Conductor, customers: Path) -> Conductor:
    """The lifecycle up to the gate, anew: what other tests leave of it is of no matter here."""
    for step in lifecycle(settings, landed(stack, settings, customers)):
        if step.dag_id != INFERENCE:
            conductor.take(step)
    return conductor


@pytest.fixture(scope="module")
def mlflow(begun: Conductor, stack: Stack) -> Iterator[Ask]:
    """Asks the workspace's MLflow."""
    headers = {"Authorization": f"Bearer {stack.workspace.token}"}
    url = f"{stack.workspace.url}/api/2.0/mlflow/"
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client:

        def ask(route: str, **body: Any) -> dict[str, Any]:
            answer = client.post(route, json=body)
            answer.raise_for_status()
            return dict(answer.json())

        yield ask


@pytest.fixture(scope="module")
def acts(mlflow: Ask, stack: Stack, settings: Settings) -> Callable[[], list[dict[str, str]]]:
    """Tags of the recorded acts, the newest last."""
    name = settings.tracking.deploy_experiment

    def read() -> list[dict[str, str]]:
        found = mlflow("experiments/search", filter=f"name = '{name}'", max_results=1)["experiments"]
        query = "tags.`gate.record` = 'act' AND attributes.status = 'FINISHED'"
        order = ["attributes.start_time ASC"]
        runs = mlflow("runs/search", experiment_ids=[found[0]["experiment_id"]], filter=query, order_by=order)["runs"]
        return [{tag["key"]: tag["value"] for tag in run["data"]["tags"]} for run in runs]

    return read


def stages(conductor: Conductor, settings: Settings) -> dict[str, str]:
    found = conductor.stack.workspace_api.model_versions(settings.registry.model_name)
    return {version.version: version.stage for version in found}


def told(act: dict[str, str]) -> tuple[str, ...]:
    keys = ("gate.act", "gate.version", "gate.replaced_version", "gate.approved_by")
    return tuple(act[key] for key in keys)


def test_both_promotions_of_the_lifecycle_are_recorded_with_who_approved_them(
    begun: Conductor, acts: Callable[[], list[dict[str, str]]]
) -> None:
    first, second = acts()[:2]

    assert told(first) == ("PROMOTED", "1", "", USER)
    assert told(second) == ("PROMOTED", "2", "1", USER)
    assert second["gate.comparison_run_id"] == begun.comparison().run_id


def test_production_is_taken_back_with_approval_and_forth_again_without(
    begun: Conductor, settings: Settings, acts: Callable[[], list[dict[str, str]]]
) -> None:
    begun.take(Step("back", "rollback", {"approval": "ask", "reason": "It annoys customers."}))

    assert stages(begun, settings) == {"1": "Production", "2": "Archived"}
    assert told(acts()[-1]) == ("ROLLED_BACK", "1", "2", USER)
    assert acts()[-1]["gate.reason"] == "It annoys customers."

    begun.take(Step("forth", "rollback", {"approval": "auto", "version": "2"}))

    assert stages(begun, settings) == {"1": "Archived", "2": "Production"}
    assert told(acts()[-1]) == ("ROLLED_BACK", "2", "1", "policy")


def test_several_candidates_are_held_left_where_nobody_is_asked_and_archived_where_a_person_rejects(
    begun: Conductor, settings: Settings, mlflow: Ask, acts: Callable[[], list[dict[str, str]]]
) -> None:
    model = settings.registry.model_name
    (first, *_) = begun.stack.workspace_api.model_versions(model)
    run = {"run_id": first.run_id, "source": f"runs:/{first.run_id}/model"}
    for _ in range(2):
        version = mlflow("model-versions/create", name=model, **run)["model_version"]["version"]
        transition = {"stage": "Staging", "archive_existing_versions": False}
        mlflow("model-versions/transition-stage", name=model, version=version, **transition)

    begun.take(Step("nobody is asked", GATE, {"approval": "auto"}))

    assert begun.comparison().verdict == "HOLD"
    assert stages(begun, settings) == {"1": "Archived", "2": "Production", "3": "Staging", "4": "Staging"}

    begun.take(Step("a person rejects", GATE, {"approval": "ask"}))

    assert begun.comparison().verdict == "HOLD"
    assert stages(begun, settings) == {"1": "Archived", "2": "Production", "3": "Staging", "4": "Archived"}
    assert told(acts()[-1])[::3] == ("ARCHIVED", USER)
    mlflow(
        "model-versions/transition-stage", name=model, version="3", stage="Archived", archive_existing_versions=False
    )
