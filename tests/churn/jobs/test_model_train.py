"""Training leaves a run that says everything, and a version that leads back to it."""

from typing import Any

import mlflow
import mlflow.sklearn
import pytest
import yaml
from mlflow import MlflowClient
from pyspark.sql import SparkSession

from churn.config import Settings, load_settings
from churn.errors import TableError
from churn.jobs import feature_table_creation, ingest, model_train
from churn.registry import Registry, open_registry
from churn.tables import replace_table

METRICS = {
    "test_roc_auc",
    "test_average_precision",
    "test_log_loss",
    "test_brier",
    "test_accuracy",
    "test_f1",
    "train_roc_auc",
}
PLOTS = {"roc", "precision_recall", "calibration", "confusion_matrix", "feature_importance"}


@pytest.fixture(scope="session")
def settings(trained: dict[str, Any]) -> Settings:
    """Of the version of depth 8."""
    return load_settings("local", trained | {"train.model.max_depth": 8})


@pytest.fixture
def registry(settings: Settings) -> Registry:
    return open_registry(settings.registry)


@pytest.fixture
def run(registry: Registry) -> Any:
    """The MLflow run of the version of depth 8."""
    return registry.client.get_run(registry.versions()[1].run_id)


def test_each_training_registers_a_version(registry: Registry) -> None:
    assert [int(version.version) for version in registry.versions()] == [1, 2]


def test_parameters_are_logged(run: Any, settings: Settings) -> None:
    parameters = run.data.params

    assert parameters["max_depth"] == "8"
    assert parameters["n_estimators"] == "20"
    assert parameters["reference_salt"] == settings.features.reference_salt
    assert parameters["labels_version"] == "0"
    assert parameters["features_version"] == "0"


def test_metrics_are_logged_and_plausible(run: Any) -> None:
    assert set(run.data.metrics) == METRICS
    assert 0.75 < run.data.metrics["test_roc_auc"] < 0.95
    assert run.data.metrics["train_roc_auc"] > run.data.metrics["test_roc_auc"]


def test_plots_and_configuration_are_logged(run: Any, registry: Registry) -> None:
    plots = {file.path for file in registry.client.list_artifacts(run.info.run_id, "plots")}
    config = yaml.safe_load(mlflow.artifacts.load_text(f"{run.info.artifact_uri}/config.yml"))

    assert plots == {f"plots/{name}.png" for name in PLOTS}
    assert config["train"]["model"]["max_depth"] == 8
    assert (
        load_settings("local", {key: config[key] for key in config if key != "environment"}).train.model.max_depth == 8
    )


def test_the_model_gives_probabilities_when_it_is_loaded_by_hand(
    spark: SparkSession, registry: Registry, settings: Settings
) -> None:
    uri = registry.uri(registry.versions()[1])
    features = spark.table(settings.tables.full_name(settings.tables.features)).drop("customerID").limit(50).toPandas()

    by_pyfunc = mlflow.pyfunc.load_model(uri).predict(features)
    by_flavour = mlflow.sklearn.load_model(uri).predict_proba(features)

    assert by_pyfunc.shape == (50, 2)
    assert (by_pyfunc == by_flavour).all()
    assert ((by_pyfunc >= 0) & (by_pyfunc <= 1)).all()


def test_the_model_has_a_signature_and_an_example(registry: Registry) -> None:
    info = mlflow.models.get_model_info(registry.uri(registry.versions()[1]))

    assert "tenure" in info.signature.inputs.input_names()
    assert "customerID" not in info.signature.inputs.input_names()
    assert info.saved_input_example_info is not None


def test_run_and_version_say_which_dag_run_made_them(
    spark: SparkSession, trained: dict[str, Any], in_production_and_staging: dict[str, Any]
) -> None:
    dag_run = {"run.dag_id": "train", "run.dag_run_id": "manual__2026-01-01", "train.run_name": "by hand"}
    settings = load_settings("local", in_production_and_staging | dag_run)

    model_train.run(settings, spark)

    version = open_registry(settings.registry).versions()[-1]
    run = MlflowClient().get_run(version.run_id)
    tags = {"airflow.dag_id": "train", "airflow.dag_run_id": "manual__2026-01-01"}
    assert int(version.version) == 3
    assert version.tags.items() >= tags.items()
    assert run.data.tags.items() >= tags.items()
    assert run.info.run_name == "by hand"


def test_without_features_the_remedy_is_named(spark: SparkSession, overrides: dict[str, Any]) -> None:
    with pytest.raises(TableError, match=r"no table .*churn_labels: run the job feature-table-creation first"):
        model_train.run(load_settings("local", overrides), spark)


def test_reference_customers_among_the_labels_are_refused(spark: SparkSession, overrides: dict[str, Any]) -> None:
    """A job that died between the two tables could leave them so; the gate would judge by rows that were trained on."""
    settings = load_settings("local", overrides)
    ingest.run(settings, spark)
    feature_table_creation.run(settings, spark)
    labels, reference = (settings.tables.full_name(name) for name in ("churn_labels", "churn_reference"))
    replace_table(spark.table(labels).union(spark.table(reference).limit(1)), labels)

    with pytest.raises(TableError, match=r"share customers, .*run the job feature-table-creation again"):
        model_train.run(settings, spark)
