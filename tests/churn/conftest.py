"""A real engine and a real tracking store for the wheel's tests, both in this process and in temporary directories."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import mlflow
import pytest
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

from churn.config import Settings, load_settings
from churn.jobs import feature_table_creation, ingest, model_train
from churn.stages import Stage

CATALOG = "main"


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """A session with the catalog `main`, whose tables go to the warehouse of the database that a test makes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAIL_CATALOG__LIST", f'[{{type="memory", name="{CATALOG}", initial_database=["default"]}}]')
        patch.setenv("SAIL_CATALOG__DEFAULT_CATALOG", CATALOG)
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        _, port = server.listening_address
        patch.setenv("SPARK_REMOTE", f"sc://127.0.0.1:{port}")
        session = SparkSession.builder.getOrCreate()
        yield session
        session.stop()
        server.stop()


@pytest.fixture
def database(spark: SparkSession, tmp_path: Path) -> str:
    """An empty database of the test's own, `main.t_<random>`, in a temporary directory."""
    name = f"{CATALOG}.t_{uuid4().hex[:8]}"
    spark.sql(f"CREATE SCHEMA {name} LOCATION '{tmp_path / 'warehouse'}'")
    return name


@pytest.fixture(scope="session")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of an MLflow store with experiments, runs and registry."""
    root = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{root / 'mlflow.db'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("_MLFLOW_SERVER_ARTIFACT_ROOT", str(root / "artifacts"))
        patch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        yield uri


def names(schema: str) -> dict[str, Any]:
    """Settings that give tables, experiments and a model of their own."""
    return {
        "tables.catalog": CATALOG,
        "tables.schema_name": schema,
        "tracking.train_experiment": f"/{schema}/training",
        "tracking.deploy_experiment": f"/{schema}/deployment",
        "registry.model_name": f"churn_{schema}",
        "inference.input_table": f"{CATALOG}.{schema}.bronze_customers",
        "train.model.n_estimators": 20,  # tests want them soon
        "gate.bootstrap.samples": 200,
    }


@pytest.fixture
def overrides(database: str, tracking: str, tmp_path: Path) -> dict[str, Any]:
    """Settings of a test's own, to be changed."""
    return names(database.removeprefix(f"{CATALOG}.")) | {"ingest.generator_rows": 400}


@pytest.fixture
def settings(overrides: dict[str, Any]) -> Settings:
    """Settings of a test's own."""
    return load_settings("local", overrides)


@pytest.fixture(scope="session")
def trained(spark: SparkSession, tracking: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Settings of tables with 3,000 customers and of a model with two versions, of depth 4 and 8. Not to be changed."""
    schema = "t_trained"
    spark.sql(f"CREATE SCHEMA {CATALOG}.{schema} LOCATION '{tmp_path_factory.mktemp('warehouse')}'")
    overrides = names(schema) | {"ingest.generator_rows": 3_000}
    settings = load_settings("local", overrides)
    ingest.run(settings, spark)
    feature_table_creation.run(settings, spark)
    for depth in (4, 8):
        model_train.run(load_settings("local", overrides | {"train.model.max_depth": depth}), spark)
    return overrides


@pytest.fixture
def in_production_and_staging(trained: dict[str, Any]) -> dict[str, Any]:
    """Settings of a model of the test's own with both versions: depth 4 in Production, depth 8 in Staging."""
    name = f"model_{uuid4().hex[:8]}"
    client = mlflow.MlflowClient()
    client.create_registered_model(name)
    found = client.search_model_versions(f"name = '{trained['registry.model_name']}'")
    for version in sorted(found, key=lambda version: int(version.version)):
        client.create_model_version(name, version.source, version.run_id)
    client.transition_model_version_stage(name, "1", Stage.PRODUCTION)
    client.transition_model_version_stage(name, "2", Stage.STAGING)
    return trained | {"registry.model_name": name, "tracking.deploy_experiment": f"/{name}/deployment"}
