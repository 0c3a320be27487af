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
        session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
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


@pytest.fixture
def overrides(database: str, tracking: str, tmp_path: Path) -> dict[str, Any]:
    """Settings that give a test tables, experiments and a model of its own; few trees, since tests want them soon."""
    name = database.removeprefix(f"{CATALOG}.")
    return {
        "tables.catalog": CATALOG,
        "tables.schema_name": name,
        "tracking.train_experiment": f"/{name}/training",
        "tracking.deploy_experiment": f"/{name}/deployment",
        "registry.model_name": f"churn_{name}",
        "inference.input_table": f"{database}.bronze_customers",
        "ingest.generator_rows": 1_500,
        "train.model.n_estimators": 20,
    }


@pytest.fixture
def settings(overrides: dict[str, Any]) -> Settings:
    """Settings of a test's own."""
    return load_settings("local", overrides)
