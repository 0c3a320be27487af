"""The page about the model: what it says of what the registry knows."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from airflow.providers.databricks.exceptions import DatabricksApiError
from airflow.sdk.exceptions import AirflowException
from tests.plugins.support import Registry

import churn_model_page
from churn import scored
from churn.config import RegistryMode, Settings, load_settings
from churn.errors import ConfigError
from churn.gate import tags
from churn.stages import Stage
from churn_airflow.links import Links, dag_run
from churn_airflow.model_page.app import app, may_look
from churn_airflow.model_page.interval import WIDTH, bars
from churn_airflow.model_page.problems import problem_of
from churn_airflow.model_page.reading import PATIENCE, Facts, PageHook, Record, Version
from churn_airflow.model_page.view import ModelView, model_view
from churn_airflow.registry_hook import RegistryHook

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WORKSPACE = "http://127.0.0.1:8765"
STANDARD_ERROR = 0.01


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings("local")


def staged(**stages: str) -> dict[str, Any]:
    """A registered model with a version in each of these stages."""
    return {"latest_versions": [{"version": number, "current_stage": stage} for stage, number in stages.items()]}


def version(number: str, **its_tags: str) -> Version:
    return Version(number, NOON, {f"scored.{key}": value for key, value in its_tags.items()})


def record(run_id: str, hour: int, its_tags: dict[str, str], gain: float | None = None) -> Record:
    metrics = {} if gain is None else {"gain_roc_auc": gain, "gain_roc_auc_standard_error": STANDARD_ERROR}
    at = NOON + timedelta(hours=hour)
    return Record(run_id, "3", at, its_tags, metrics, {"metric": "roc_auc"})


def comparison(run_id: str, hour: int = 0, *, candidate: str = "2", gain: float | None = 0.02) -> Record:
    described = {
        tags.CANDIDATE_VERSION: candidate,
        tags.PRODUCTION_VERSION: "1",
        tags.VERDICT: "PROMOTE",
        tags.REASONS: json.dumps(["It is better.", "It is <b>bold</b>."]),
        tags.DAG_ID: "deploy_gate",
        tags.DAG_RUN_ID: "manual__1",
    }
    return record(run_id, hour, described, gain)


def act(kind: str, number: str, hour: int = 0, *, after: str = "", replaced: str = "1") -> Record:
    described = {
        tags.ACT_KIND: kind,
        tags.VERSION: number,
        tags.REPLACED_VERSION: replaced,
        tags.APPROVED_BY: "ada",
        tags.REASON: "The gate's verdict: PROMOTE.",
        tags.COMPARISON_RUN: after,
    }
    return record(f"{kind}-{number}", hour, described)


def view(settings: Settings, **known: Any) -> ModelView:
    nothing: dict[str, Any] = {"model": {}, "versions": [], "comparisons": [], "acts": [], "workspace": WORKSPACE}
    return model_view(settings, Facts(**nothing | known))


def test_before_the_first_training_there_is_nothing(settings: Settings) -> None:
    page = view(settings)

    assert not page.is_registered
    assert (page.production, page.candidate, page.scoring) == (None, None, None)
    assert (page.decisions, page.changes) == ([], [])


def test_production_says_since_when_and_by_whom(settings: Settings) -> None:
    page = view(
        settings,
        model=staged(Production="2"),
        acts=[act("REFUSED", "3", 3), act("ARCHIVED", "3", 2), act("PROMOTED", "2", 1), act("PROMOTED", "1")],
    )

    assert page.production is not None
    assert page.production.version == "2"
    assert page.production.arrival is not None
    assert (page.production.arrival.at, page.production.arrival.by) == (NOON + timedelta(hours=1), "ada")
    assert page.production.arrival.replaced == "1"


def test_a_version_that_was_moved_by_hand_does_not_borrow_an_earlier_promotion(settings: Settings) -> None:
    acts = [act("PROMOTED", "2", 1), act("PROMOTED", "1")]

    page = view(settings, model=staged(Production="1"), acts=acts)

    assert page.production is not None
    assert page.production.arrival is None


def test_the_candidate_comes_with_the_gate_s_last_word_on_it(settings: Settings) -> None:
    comparisons = [comparison("c", 2, candidate="3"), comparison("b", 1), comparison("a")]

    page = view(settings, model=staged(Staging="2"), versions=[version("1"), version("2")], comparisons=comparisons)

    assert page.candidate is not None
    assert page.candidate.registered_at == NOON
    assert page.candidate.decision == page.decisions[1]
    assert view(settings, model=staged(Staging="4"), comparisons=comparisons).candidate.decision is None  # type: ignore[union-attr] # there is one


def test_a_decision_shows_its_numbers_its_outcome_and_where_to_read_on(settings: Settings) -> None:
    acts = [act("PROMOTED", "2", 1, after="c"), act("ARCHIVED", "9")]
    page = view(settings, comparisons=[comparison("c")], acts=acts)
    (decision,) = page.decisions

    assert decision.gain is not None
    assert (decision.gain.metric, decision.gain.value) == ("ROC AUC", 0.02)
    assert (decision.gain.lower, decision.gain.upper) == pytest.approx((0.0004, 0.0396), abs=1e-5)
    assert decision.reasons == ["It is better.", "It is <b>bold</b>."]
    assert decision.outcome == page.changes[0]
    assert decision.report == f"{WORKSPACE}/#/experiments/3/runs/c/artifacts/report.html"
    assert decision.dag_run == "../dags/deploy_gate/runs/manual__1"


def test_where_there_was_no_production_there_is_no_gain(settings: Settings) -> None:
    (decision,) = view(settings, comparisons=[comparison("c", gain=None)]).decisions

    assert (decision.gain, decision.bar, decision.outcome) == (None, None, None)


def test_the_last_scoring_counts_whichever_version_did_it(settings: Settings) -> None:
    said = {"rows": "7043", "table": "main.churn.predictions", "run_id": "scheduled__1"}
    versions = [version("1", at="2026-01-02T06:00:00+00:00", **said), version("2"),
                version("3", at="2026-01-01T06:00:00+00:00", **said)]  # fmt: skip

    scoring = view(settings, versions=versions).scoring

    assert scoring is not None
    assert (scoring.version, scoring.rows, scoring.at.day) == ("1", 7043, 2)


@pytest.mark.parametrize(
    ("workspace", "model", "page"),
    [
        (WORKSPACE, "churn", f"{WORKSPACE}/#/models/churn/versions/2"),
        ("https://a.cloud.databricks.com", "churn", "https://a.cloud.databricks.com/ml/models/churn/versions/2"),
        (
            "https://a.cloud.databricks.com",
            "main.ml.churn",
            "https://a.cloud.databricks.com/explore/data/models/main/ml/churn/version/2",
        ),
    ],
)
def test_links_lead_to_where_the_workspace_keeps_its_pages(workspace: str, model: str, page: str) -> None:
    assert Links(workspace).version(model, "2") == page


def test_a_dag_run_s_name_is_quoted_and_what_no_dag_did_has_no_link() -> None:
    assert dag_run("train", "manual__12:00+00:00") == "../dags/train/runs/manual__12%3A00%2B00%3A00"
    assert dag_run("train", None) is None


def test_intervals_share_a_scale_with_zero_in_the_middle() -> None:
    loss, gain = bars([(-0.03, -0.02, -0.01), (0.005, 0.01, 0.015)])

    assert 0 < loss.lower < loss.middle < loss.upper < WIDTH / 2 == loss.zero == gain.zero
    assert gain.zero < gain.lower < gain.middle < gain.upper < WIDTH
    assert loss.upper - loss.lower == pytest.approx(2 * (gain.upper - gain.lower), abs=0.2)
    assert bars([(0.0, 0.0, 0.0)])[0].middle == WIDTH / 2


@pytest.mark.parametrize(
    ("error", "sentence", "remedy"),
    [
        (DatabricksApiError("Response: ...", http_status_code=403), "refuses the credential", "a token that is valid"),
        (DatabricksApiError("Response: BUSY", http_status_code=503), "BUSY", "Try again"),
        (AirflowException("failed 1 times"), "cannot be reached", "host, port and scheme"),
        (ConfigError("no environment 'lokal'"), "no environment 'lokal'", "restart the API server"),
    ],
)
def test_what_keeps_the_page_from_being_shown_has_a_remedy(error: Exception, sentence: str, remedy: str) -> None:
    problem = problem_of(error, "databricks_default")

    assert sentence in problem.sentence
    assert remedy in problem.remedy


def test_all_of_it_is_read_from_the_registry(
    hook: RegistryHook, mode: RegistryMode, conn_id: str, registry: Registry, settings: Settings
) -> None:
    described = {tags.RECORD: tags.COMPARISON, tags.MODEL_NAME: registry.model, tags.CANDIDATE_VERSION: "2",
                 tags.PRODUCTION_VERSION: "1", tags.VERDICT: "HOLD", tags.REASONS: "[]"}  # fmt: skip
    acted = {tags.RECORD: tags.ACT, tags.MODEL_NAME: registry.model, tags.ACT_KIND: "PROMOTED", tags.VERSION: "1"}
    registry.create_model()
    production, candidate = registry.create_version(), registry.create_version()
    hook.move(registry.model, production, Stage.PRODUCTION)
    hook.move(registry.model, candidate, Stage.STAGING)
    hook.tag_version(registry.model, production, {scored.AT: NOON.isoformat(), scored.ROWS: "7", scored.TABLE: "t",
                                                  scored.RUN_ID: "r"})  # fmt: skip
    promoted = registry.create_run(acted)
    registry.create_run(acted | {tags.MODEL_NAME: "another"})
    registry.create_run(described | {tags.VERDICT: "PROMOTE"}, status="FAILED")
    compared = registry.create_run(described, {"gain_roc_auc": 0.01, "gain_roc_auc_standard_error": 0.02})
    registry.post("runs/log-parameter", run_id=compared, key="metric", value="roc_auc")
    ours = settings.model_copy(
        update={
            "registry": settings.registry.model_copy(update={"model_name": registry.model, "mode": mode}),
            "tracking": settings.tracking.model_copy(update={"deploy_experiment": registry.experiment}),
        }
    )

    page = model_view(ours, PageHook(conn_id, registry_mode=mode, caller="tests", **PATIENCE).facts(ours))

    assert page.production is not None
    assert page.candidate is not None
    assert (page.production.version, page.candidate.version) == (production, candidate)
    assert page.production.arrival is not None
    assert page.production.arrival.record.endswith(promoted)
    assert [(one.verdict, one.gain.metric if one.gain else "") for one in page.decisions] == [("HOLD", "ROC AUC")]
    assert page.decisions[0].record.endswith(compared)
    assert page.scoring is not None
    assert page.scoring.rows == 7


@pytest.fixture
def let_in() -> Iterator[None]:
    """Airflow's own say is left out: it takes its database."""
    app.dependency_overrides[may_look] = lambda: None
    yield
    app.dependency_overrides.clear()


async def get(path: str) -> httpx.Response:
    """Ask for a page as Airflow's API server hands requests on."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(churn_model_page.page), base_url="http://airflow"
    ) as client:
        return await client.get(path)


async def test_nobody_sees_the_page_without_airflow_s_login() -> None:
    answer = await get("/")

    assert answer.status_code == 401
    assert "telco" not in answer.text


async def test_a_workspace_that_is_down_is_said_to_be_so(
    let_in: None, dead_conn_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("churn_airflow.model_page.app.environment_settings", lambda: _with_connection(dead_conn_id))

    answer = await get("/")

    assert answer.status_code == 503
    assert f"The workspace of the connection &#39;{dead_conn_id}&#39; cannot be reached" in answer.text


async def test_a_missing_connection_is_said_to_be_missing(let_in: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("churn_airflow.model_page.app.environment_settings", lambda: _with_connection("nowhere"))

    answer = await get("/")

    assert answer.status_code == 503
    assert "Airflow has no connection &#39;nowhere&#39;" in answer.text
    assert "AIRFLOW_CONN_NOWHERE" in answer.text


async def test_the_page_escapes_what_others_wrote_and_takes_nothing_from_elsewhere(
    let_in: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = view(settings, model=staged(Production="2"), comparisons=[comparison("c")], acts=[act("PROMOTED", "2")])
    monkeypatch.setattr("churn_airflow.model_page.app._read", lambda: written)

    answer = await get("/")

    assert answer.status_code == 200
    assert "It is &lt;b&gt;bold&lt;/b&gt;." in answer.text
    assert "<b>" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_navigation_s_paths_are_relative_to_wherever_airflow_is_served() -> None:
    (entry,) = churn_model_page.ChurnModelPage.external_views
    (mounted,) = churn_model_page.ChurnModelPage.fastapi_apps

    assert {entry[key].partition("/")[0] for key in ("href", "icon", "icon_dark_mode")} == {churn_model_page.PATH}
    assert mounted["url_prefix"] == f"/{churn_model_page.PATH}"


def _with_connection(conn_id: str) -> Settings:
    settings = load_settings("local")
    return settings.model_copy(update={"airflow": settings.airflow.model_copy(update={"conn_id": conn_id})})
