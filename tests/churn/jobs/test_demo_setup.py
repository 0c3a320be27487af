"""Starting over deletes what the last lifecycle made, and nothing that is in use."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from mlflow import MlflowClient
from pyspark.sql import SparkSession

from churn.config import Settings, load_settings
from churn.errors import DeletionRefusedError
from churn.jobs import demo_setup, feature_table_creation, ingest, model_train
from churn.raw.generator import generate
from churn.registry import open_registry
from churn.stages import Stage

LEFT = {"bronze_customers", "bronze_rejects", "feature_store_catalog"}


@pytest.fixture
def settings(spark: SparkSession, overrides: dict[str, Any], trained: dict[str, Any]) -> Settings:
    """Of a lifecycle that got as far as a version in Staging."""
    settings = load_settings("local", overrides)
    ingest.run(settings, spark)
    feature_table_creation.run(settings, spark)
    source = open_registry(load_settings("local", trained).registry).versions()[0]
    client = MlflowClient()
    client.create_registered_model(settings.registry.model_name)
    client.create_model_version(settings.registry.model_name, source.source, source.run_id)
    move(settings, Stage.STAGING)
    for experiment in (settings.tracking.train_experiment, settings.tracking.deploy_experiment):
        client.create_experiment(experiment)
    return settings


def move(settings: Settings, stage: Stage) -> None:
    MlflowClient().transition_model_version_stage(settings.registry.model_name, "1", stage)


def tables(spark: SparkSession, settings: Settings) -> set[str]:
    return {table.name for table in spark.catalog.listTables(settings.tables.database)}


def test_model_experiments_and_tables_are_deleted(spark: SparkSession, settings: Settings) -> None:
    demo_setup.run(settings, spark)

    client = MlflowClient()
    assert open_registry(settings.registry).versions() == []
    assert client.get_experiment_by_name(settings.tracking.train_experiment) is None
    assert client.get_experiment_by_name(settings.tracking.deploy_experiment) is None
    assert tables(spark, settings) == LEFT


def test_where_there_is_nothing_nothing_happens(
    spark: SparkSession, overrides: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    demo_setup.run(load_settings("local", overrides), spark)

    assert capsys.readouterr().out.count("There was nothing to delete") == 6


def test_a_model_in_production_is_kept_with_all_that_belongs_to_it(spark: SparkSession, settings: Settings) -> None:
    move(settings, Stage.PRODUCTION)
    before = tables(spark, settings)

    with pytest.raises(DeletionRefusedError, match=r"version 1 in Production: .*--confirm-delete-model=churn_t_"):
        demo_setup.run(settings, spark)

    assert len(open_registry(settings.registry).versions()) == 1
    assert MlflowClient().get_experiment_by_name(settings.tracking.train_experiment) is not None
    assert tables(spark, settings) == before


def test_naming_the_model_deletes_it_although_it_is_in_production(spark: SparkSession, settings: Settings) -> None:
    move(settings, Stage.PRODUCTION)

    demo_setup.run(settings, spark, confirm_delete_model=settings.registry.model_name)

    assert open_registry(settings.registry).versions() == []


@pytest.mark.parametrize("stage", [Stage.PRODUCTION, Stage.STAGING])
def test_naming_another_model_deletes_nothing(spark: SparkSession, settings: Settings, stage: Stage) -> None:
    move(settings, stage)

    with pytest.raises(DeletionRefusedError, match=r"names 'telco', but the model is churn_t_.*: nothing was deleted"):
        demo_setup.run(settings, spark, confirm_delete_model="telco")

    assert len(open_registry(settings.registry).versions()) == 1


def without_a_column(rows: pd.DataFrame, file: Path) -> None:
    rows.drop(columns="tenure").to_csv(file, index=False)


def with_a_broken_row(rows: pd.DataFrame, file: Path) -> None:
    rows.assign(Churn=["Maybe", *rows["Churn"][1:]]).to_csv(file, index=False)


def missing(_: pd.DataFrame, file: Path) -> None:
    file.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without_a_column, r"customers\.csv lacks the column tenure"),
        (with_a_broken_row, r"customers\.csv: 1 of 20 rows break the schema"),
        (missing, r"There is no file .*customers\.csv"),
    ],
)
def test_nothing_is_deleted_before_customers_that_ingest_would_refuse(
    spark: SparkSession, settings: Settings, overrides: dict[str, Any], tmp_path: Path, spoil: Any, message: str
) -> None:
    file, before = tmp_path / "customers.csv", tables(spark, settings)
    spoil(generate(20, seed=1).rows, file)

    with pytest.raises(DeletionRefusedError, match=f"{message}.*Nothing was deleted"):
        demo_setup.run(load_settings("local", overrides | {"ingest.source": str(file)}), spark)

    assert len(open_registry(settings.registry).versions()) == 1
    assert MlflowClient().get_experiment_by_name(settings.tracking.train_experiment) is not None
    assert tables(spark, settings) == before


def test_a_second_lifecycle_starts_from_version_one(spark: SparkSession, settings: Settings) -> None:
    for _ in range(2):
        demo_setup.run(settings, spark)
        ingest.run(settings, spark)
        feature_table_creation.run(settings, spark)
        model_train.run(settings, spark)

        assert [int(version.version) for version in open_registry(settings.registry).versions()] == [1]
