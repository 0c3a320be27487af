"""The four DAGs, through a real Airflow, on a local workspace: from raw rows to a prediction for every customer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from churn.config import Settings
from demo.clients.workspace import Comparison, ModelVersion
from demo.commands import landed
from demo.errors import LifecycleError
from demo.lifecycle import FIRST_DEPTH, SECOND_DEPTH, Conductor, Step
from demo.stack.lifetime import Stack

from .conftest import CUSTOMERS, WITHOUT_CHARGES, Query

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


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


def test_no_argument_of_a_process_holds_a_secret(stack: Stack) -> None:
    secrets = {stack.workspace.token, *vars(stack.secrets).values()}
    arguments = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]

    assert not [argument for line in arguments for argument in line if any(secret in argument for secret in secrets)]


def test_a_file_without_a_column_fails_the_task_and_changes_no_table(
    ended: Conductor, stack: Stack, settings: Settings, customers: Path, query: Query, tmp_path: Path
) -> None:
    header, *rows = customers.read_text().splitlines()
    broken = tmp_path / "broken.csv"
    broken.write_text("\n".join([header.replace("tenure", "time"), *rows]))
    conf = {"source": landed(stack, settings, broken), "confirm_delete_model": settings.registry.model_name}

    with pytest.raises(LifecycleError, match=r"(?s)ingest: .*broken\.csv.*tenure.*attempt=\d\.log"):
        ended.take(Step("broken", "initial_train_register", conf))

    assert query("SELECT count(*) AS bronze FROM main.churn_local.bronze_customers") == [{"bronze": CUSTOMERS}]
