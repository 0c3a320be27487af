"""Changes of Production through the DAGs, after the lifecycle: held, rejected, taken back, each with its record."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mlflow import MlflowClient

from churn.config import Settings
from churn.stages import Stage
from demo.clients.airflow import Answer, DagRun
from demo.commands import landed
from demo.errors import LifecycleError
from demo.lifecycle import GATE, INFERENCE, Conductor, Step, lifecycle
from demo.stack.lifetime import Stack
from demo.stack.secrets import USER

from .conftest import register_again

pytestmark = pytest.mark.e2e

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


@pytest.fixture
def stage(begun: Conductor, settings: Settings, registry: MlflowClient) -> Iterator[Callable[[str], str]]:
    """Registers the model of a version once more, in Staging. What is left of these there at the end is archived."""
    model = settings.registry.model_name
    staged: list[str] = []

    def register(version: str) -> str:
        staged.append(register_again(registry, model, version, model))
        registry.transition_model_version_stage(model, staged[-1], Stage.STAGING)
        return staged[-1]

    yield register
    for version in staged:
        if in_use(begun, settings).get(version) == Stage.STAGING:
            registry.transition_model_version_stage(model, version, Stage.ARCHIVED)


def stages(conductor: Conductor, settings: Settings) -> dict[str, str]:
    found = conductor.stack.workspace_api.model_versions(settings.registry.model_name)
    return {version.version: version.stage for version in found}


def in_use(conductor: Conductor, settings: Settings) -> dict[str, str]:
    """Versions that are in use, or may come to be."""
    return {version: stage for version, stage in stages(conductor, settings).items() if stage != "Archived"}


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
    begun: Conductor, settings: Settings, stage: Callable[[str], str], acts: Callable[[], list[dict[str, str]]]
) -> None:
    first, second = stage("1"), stage("1")

    begun.take(Step("nobody is asked", GATE, {"approval": "auto"}))

    assert begun.comparison().verdict == "HOLD"
    assert in_use(begun, settings) == {"2": "Production", first: "Staging", second: "Staging"}

    begun.take(Step("a person rejects", GATE, {"approval": "ask"}))

    assert begun.comparison().verdict == "HOLD"
    assert in_use(begun, settings) == {"2": "Production", first: "Staging"}
    assert told(acts()[-1]) == ("ARCHIVED", second, "", USER)


class Overruling(Conductor):
    """A person who approves whatever the verdict."""

    def _opinion(self, run: DagRun) -> Answer:
        return Answer.APPROVE


def test_a_person_overrules_a_hold_and_the_record_says_who(
    begun: Conductor, settings: Settings, stage: Callable[[str], str], acts: Callable[[], list[dict[str, str]]]
) -> None:
    other, candidate = stage("1"), stage("1")
    person = Overruling(begun.stack, settings, begun.progress)

    person.take(Step("a person approves", GATE, {"approval": "ask"}))

    assert person.comparison().verdict == "HOLD"
    assert in_use(begun, settings) == {candidate: "Production", other: "Staging"}
    assert told(acts()[-1]) == ("PROMOTED", candidate, "2", USER)
    assert acts()[-1]["gate.comparison_run_id"] == person.comparison().run_id
    assert acts()[-1]["gate.reason"] == "The gate's verdict: HOLD."


def test_an_approval_is_refused_when_production_has_moved_while_the_question_waited(
    begun: Conductor,
    settings: Settings,
    registry: MlflowClient,
    stage: Callable[[str], str],
    acts: Callable[[], list[dict[str, str]]],
) -> None:
    def put_into_production(version: str) -> None:
        registry.transition_model_version_stage(settings.registry.model_name, version, Stage.PRODUCTION, True)

    put_into_production("1")
    candidate = stage("2")
    person = Conductor(begun.stack, settings, begun.progress, asked=lambda *_: put_into_production("2"))

    with pytest.raises(LifecycleError, match="Production holds version 2 now and held version 1"):
        person.take(Step("too late", GATE, {"approval": "ask"}))

    assert person.comparison().verdict == "PROMOTE"
    assert in_use(begun, settings) == {"2": "Production", candidate: "Staging"}
    assert told(acts()[-1]) == ("REFUSED", candidate, "", USER)
    assert "Production holds version 2 now" in acts()[-1]["gate.reason"]
