"""Each job of the wheel, run by `churn run` in the workspace; what came of it is read over SDK, MLflow and Spark."""

import json

import pytest
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from tests.integration.site import CUSTOMERS, Site

from churn.job_names import JobName
from churn.stages import Stage


@pytest.fixture(scope="module")
def ingested(site: Site) -> str:
    return site.job(JobName.INGEST)


@pytest.fixture(scope="module")
def with_features(ingested: str, site: Site) -> str:
    return site.job(JobName.FEATURE_TABLE_CREATION)


@pytest.fixture(scope="module")
def trained(with_features: str, site: Site) -> Site:
    """Two versions: depth 4 in Production, depth 8 in Staging."""
    for version, depth, stage in (("1", 4, Stage.PRODUCTION), ("2", 8, Stage.STAGING)):
        site.job(JobName.MODEL_TRAIN, f"--train.model.max_depth={depth}", "--run.dag_run_id=by-hand")
        site.registry.transition_model_version_stage(site.settings.registry.model_name, version, stage)
    return site


@pytest.fixture(scope="module")
def comparison(trained: Site) -> Run:
    """The record that the gate's decision is made from."""
    trained.job(JobName.MODEL_DEPLOYMENT, "--run.dag_run_id=by-hand")
    experiment = trained.registry.get_experiment_by_name(trained.settings.tracking.deploy_experiment)
    (run,) = trained.registry.search_runs([experiment.experiment_id])
    return run


def test_ingest_fills_the_bronze_table(ingested: str, site: Site) -> None:
    assert f"Wrote {CUSTOMERS} rows" in ingested
    assert site.count(site.settings.tables.bronze) == CUSTOMERS


def test_every_customer_has_features_and_is_labelled_for_training_or_for_the_gate(
    with_features: str, site: Site
) -> None:
    tables = site.settings.tables

    assert site.count(tables.features) == CUSTOMERS
    assert site.count(tables.labels) + site.count(tables.reference) == CUSTOMERS


def test_training_registers_versions_that_say_where_they_come_from(trained: Site) -> None:
    model = trained.settings.registry.model_name

    for version, depth in (("1", "4"), ("2", "8")):
        found = trained.registry.get_model_version(model, version)
        assert found.tags["airflow.dag_run_id"] == "by-hand"
        assert trained.registry.get_run(found.run_id).data.params["max_depth"] == depth


def test_the_comparison_names_both_versions_and_its_reasons(comparison: Run) -> None:
    tags = comparison.data.tags

    assert (tags["gate.candidate_version"], tags["gate.production_version"]) == ("2", "1")
    assert tags["gate.verdict"] in {"PROMOTE", "ARCHIVE", "HOLD"}
    assert json.loads(tags["gate.reasons"])
    assert comparison.data.metrics


def test_every_customer_is_scored_by_the_version_in_production(trained: Site) -> None:
    trained.job(JobName.MODEL_INFERENCE_BATCH)

    predictions = trained.settings.tables.full_name(trained.settings.tables.predictions)
    (row,) = trained.query(
        f"SELECT count(*) AS n, min(probability) AS low, max(probability) AS high, "  # noqa: S608 (our own name)
        f"min(model_version) AS version, count(DISTINCT model_version) AS versions FROM {predictions}"
    )
    assert (row["n"], str(row["version"]), row["versions"]) == (CUSTOMERS, "1", 1)
    assert 0 <= row["low"] < row["high"] <= 1


@pytest.mark.usefixtures("comparison")
def test_demo_setup_refuses_then_deletes_what_it_is_told_by_name(trained: Site) -> None:
    model = trained.settings.registry.model_name

    code, printed = trained.churn("run", JobName.DEMO_SETUP)
    assert code == 1
    assert f"--confirm-delete-model={model}. Nothing was deleted" in printed
    assert trained.registry.get_registered_model(model)

    trained.job(JobName.DEMO_SETUP, f"--confirm-delete-model={model}")
    with pytest.raises(MlflowException, match=model):
        trained.registry.get_registered_model(model)
