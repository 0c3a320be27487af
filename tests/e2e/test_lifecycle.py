"""The four DAGs, through a real Airflow, on a local workspace: from raw rows to a prediction for every customer."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import take_picture

from churn.config import Settings
from demo.clients.workspace import Comparison, ModelVersion
from demo.commands import landed
from demo.errors import LifecycleError
from demo.lifecycle import FIRST_DEPTH, SECOND_DEPTH, Conductor, Step
from demo.stack.lifetime import Stack
from demo.stack.secrets import USER

from .conftest import CUSTOMERS, WITHOUT_CHARGES, Query

PATIENCE = 60_000  # milliseconds
Scheme = Literal["light", "dark"]
LogIn = Callable[[Scheme], Page]
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def versions(ended: Conductor, settings: Settings) -> dict[str, ModelVersion]:
    found = ended.stack.workspace_api.model_versions(settings.registry.model_name)
    return {version.version: version for version in found}


@pytest.fixture(scope="module")
def comparison(ended: Conductor) -> Comparison:
    return ended.comparison()


@pytest.fixture(scope="module")
def in_production(versions: dict[str, ModelVersion]) -> ModelVersion:
    (version,) = [version for version in versions.values() if version.stage == "Production"]
    return version


def test_each_training_registered_one_version_with_its_parameters(versions: dict[str, ModelVersion]) -> None:
    depths = {number: version.parameters["max_depth"] for number, version in versions.items()}

    assert depths == {"1": str(FIRST_DEPTH), "2": str(SECOND_DEPTH)}


def test_the_gate_compared_the_candidate_with_production(comparison: Comparison) -> None:
    assert (comparison.candidate, comparison.production) == ("2", "1")


def test_the_gate_promoted_the_deeper_forest(comparison: Comparison, versions: dict[str, ModelVersion]) -> None:
    assert comparison.verdict == "PROMOTE", comparison.reasons
    assert comparison.metrics["candidate_roc_auc"] > comparison.metrics["production_roc_auc"]
    assert {number: version.stage for number, version in versions.items()} == {"1": "Archived", "2": "Production"}


def test_every_customer_is_in_bronze_and_none_was_rejected(ended: Conductor, query: Query) -> None:
    (counted,) = query(
        "SELECT count(*) AS bronze, count_if(TotalCharges IS NULL) AS blank FROM main.churn_local.bronze_customers"
    )

    assert counted == {"bronze": CUSTOMERS, "blank": WITHOUT_CHARGES}
    assert query("SELECT * FROM main.churn_local.bronze_rejects") == []


def test_no_customer_of_the_reference_was_trained_on(ended: Conductor, query: Query) -> None:

    both = query(
        "SELECT customerID FROM main.churn_local.churn_labels "
        "INTERSECT SELECT customerID FROM main.churn_local.churn_reference"
    )

    assert both == []


def test_every_customer_has_one_prediction_of_the_production_model(
    ended: Conductor, query: Query, in_production: ModelVersion
) -> None:
    (counted,) = query(
        "SELECT count(*) AS rows, count(DISTINCT customerID) AS customers, min(probability) AS low, "
        "max(probability) AS high, min(model_version) AS first, max(model_version) AS last, "
        "count(DISTINCT run_id) AS runs FROM main.churn_local.churn_predictions"
    )

    assert (counted["rows"], counted["customers"], counted["runs"]) == (CUSTOMERS, CUSTOMERS, 1)
    assert counted["first"] == counted["last"] == in_production.version
    assert 0 <= counted["low"] < counted["high"] <= 1


def test_predictions_are_what_the_registered_model_gives_when_loaded_by_hand(
    ended: Conductor, query: Query, run_script: Callable[..., Any], in_production: ModelVersion, settings: Settings
) -> None:
    rows = query("SELECT customerID, probability FROM main.churn_local.churn_predictions")
    predicted = {row["customerID"]: row["probability"] for row in rows}
    by_hand = run_script("by_hand.py", settings.registry.model_name, in_production.version)

    assert predicted == pytest.approx(by_hand, abs=1e-9, rel=0)


def test_customers_with_blank_charges_are_scored(ended: Conductor, query: Query) -> None:
    (counted,) = query(
        "SELECT count(*) AS scored FROM main.churn_local.churn_predictions AS p "
        "JOIN main.churn_local.bronze_customers AS b ON p.customerID = b.customerID WHERE b.TotalCharges IS NULL"
    )

    assert counted == {"scored": WITHOUT_CHARGES}


@pytest.fixture(scope="module")
def people(browser: Browser, stack: Stack) -> Iterator[LogIn]:
    """Logs a person in to Airflow, whose machine is light or dark."""
    with ExitStack() as contexts:

        def log_in(scheme: Scheme) -> Page:
            context = browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})
            contexts.callback(context.close)
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.goto(stack.airflow_url)
            page.fill("input[name=username]", USER)
            page.fill("input[name=password]", stack.secrets.password)
            page.click("button[type=submit]")
            page.get_by_role("link", name="Churn model").click(timeout=PATIENCE)
            return page

        yield log_in


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_airflow_has_a_page_about_the_model(ended: Conductor, people: LogIn, scheme: Scheme, tmp_path: Path) -> None:
    page = people(scheme)
    model = page.frame_locator("iframe")

    expect(model.get_by_role("region", name="In Production")).to_contain_text("Version 2", timeout=PATIENCE)
    expect(model.get_by_role("region", name="In Production")).to_contain_text("in place of version 1")
    expect(model.get_by_role("region", name="Last scored batch")).to_contain_text(f"{CUSTOMERS:,} customers")
    (decision,) = model.get_by_role("table", name="Last decisions").locator("tbody tr").all()
    expect(decision).to_contain_text(re.compile(r"ROC AUC \+0\.\d{4} \("))
    expect(decision).to_contain_text("promoted by admin")
    brightness = model.locator("body").evaluate("e => getComputedStyle(e).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(brightness[:3]) > 384) == (scheme == "light")
    take_picture(page, f"model-page-{scheme}", tmp_path)


def test_the_model_s_page_leads_out_of_its_frame(ended: Conductor, stack: Stack, people: LogIn) -> None:
    page = people("light")
    decisions = page.frame_locator("iframe").get_by_role("table", name="Last decisions")

    with page.expect_popup() as opened:
        decisions.get_by_role("link", name="MLflow run").click()
    expect(opened.value).to_have_url(re.compile(f"^{stack.workspace.url}/.*/#/experiments/"))
    with page.expect_popup() as opened:
        decisions.get_by_role("link", name="DAG run").click()
    expect(opened.value).to_have_url(re.compile(f"^{stack.airflow_url}/dags/deploy_gate/runs/"))


def test_the_model_s_page_wants_airflow_s_login(stack: Stack) -> None:
    answer = httpx.get(f"{stack.airflow_url}/churn-model/", trust_env=False)

    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_no_argument_of_a_process_holds_a_secret(stack: Stack) -> None:
    secrets = {stack.workspace.token, *vars(stack.secrets).values()}
    arguments = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]

    assert not [argument for line in arguments for argument in line if any(secret in argument for secret in secrets)]


def test_a_file_without_a_column_fails_the_first_task_and_nothing_is_lost(
    ended: Conductor,
    stack: Stack,
    settings: Settings,
    customers: Path,
    query: Query,
    versions: dict[str, ModelVersion],
    tmp_path: Path,
) -> None:
    header, *rows = customers.read_text().splitlines()
    broken = tmp_path / "broken.csv"
    broken.write_text("\n".join([header.replace("tenure", "time"), *rows]))
    conf = {"source": landed(stack, settings, broken), "confirm_delete_model": settings.registry.model_name}

    with pytest.raises(LifecycleError, match=r"(?s)demo_setup: .*broken\.csv.*tenure.*attempt=\d\.log"):
        ended.take(Step("broken", "initial_train_register", conf))

    assert query("SELECT count(*) AS bronze FROM main.churn_local.bronze_customers") == [{"bronze": CUSTOMERS}]
    left = stack.workspace_api.model_versions(settings.registry.model_name)
    assert {version.version: version for version in left} == versions
