"""The lifecycle on the IBM Telco dataset."""

from typing import Any

import pytest
from mlflow import MlflowClient
from pyspark.sql import SparkSession
from tests.churn.real_data import DATA, needs_data

from churn.config import Settings, load_settings
from churn.jobs import feature_table_creation, ingest, model_deployment, model_inference_batch, model_train
from churn.stages import Stage

CUSTOMERS, WITHOUT_CHARGES = 7_043, 11

pytestmark = needs_data


@pytest.fixture
def real(spark: SparkSession, overrides: dict[str, Any]) -> dict[str, Any]:
    """Settings of both versions, trained as configured: depth 4 in Production, depth 8 in Staging."""
    real = overrides | {"ingest.source": str(DATA), "train.model.n_estimators": 100, "gate.bootstrap.samples": 500}
    settings = load_settings("local", real)
    ingest.run(settings, spark)
    feature_table_creation.run(settings, spark)
    for version, (depth, stage) in enumerate(((4, Stage.PRODUCTION), (8, Stage.STAGING)), start=1):
        model_train.run(load_settings("local", real | {"train.model.max_depth": depth}), spark)
        MlflowClient().transition_model_version_stage(settings.registry.model_name, str(version), stage)
    return real


def metrics(settings: Settings) -> dict[str, float]:
    client = MlflowClient()
    experiment = client.get_experiment_by_name(settings.tracking.deploy_experiment)
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.data.tags["gate.verdict"] == "PROMOTE"
    return dict(run.data.metrics)


def test_depth_8_is_promoted_and_every_customer_scored(spark: SparkSession, real: dict[str, Any]) -> None:
    settings = load_settings("local", real)
    model_deployment.run(settings, spark)
    model_inference_batch.run(settings, spark)

    measured = metrics(settings)
    assert measured["production_roc_auc"] == pytest.approx(0.84, abs=0.01)
    assert measured["candidate_roc_auc"] == pytest.approx(0.84, abs=0.01)
    assert measured["gain_roc_auc"] > 0
    tables = settings.tables
    predictions = spark.table(tables.full_name(tables.predictions))
    assert predictions.count() == predictions.select("customerID").distinct().count() == CUSTOMERS
    assert predictions.where("probability BETWEEN 0 AND 1").count() == CUSTOMERS
    blank = spark.table(tables.full_name(tables.bronze)).where("TotalCharges IS NULL")
    assert blank.join(predictions, on="customerID").count() == WITHOUT_CHARGES
