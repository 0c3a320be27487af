"""Predictions for every customer, from the version in Production."""

from datetime import UTC, datetime
from typing import Any

import mlflow.sklearn
import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from churn import scored
from churn.config import load_settings
from churn.errors import RegistryError, TableError
from churn.jobs import model_inference_batch
from churn.registry import open_registry
from churn.stages import Stage
from churn.tables import replace_table

CUSTOMERS = 3_000


@pytest.fixture
def ours(in_production_and_staging: dict[str, Any], database: str) -> dict[str, Any]:
    """Settings whose predictions go to a table of the test's own."""
    return in_production_and_staging | {"tables.predictions": f"predictions_{database.rpartition('_')[2]}"}


def score(spark: SparkSession, overrides: dict[str, Any], **more: Any) -> DataFrame:
    settings = load_settings("local", overrides | {f"inference.{key}": value for key, value in more.items()})
    model_inference_batch.run(settings, spark)
    return spark.table(settings.tables.full_name(settings.tables.predictions))


def customers(spark: SparkSession, database: str, keys: list[str | None]) -> str:
    """The name of an input table."""
    name = f"{database}.input"
    replace_table(spark.createDataFrame([(key, "x") for key in keys], "customerID string, note string"), name)
    return name


def some_keys(spark: SparkSession, count: int) -> list[str]:
    return [row.customerID for row in spark.table("main.t_trained.bronze_customers").limit(count).collect()]


def test_every_customer_gets_one_prediction(spark: SparkSession, ours: dict[str, Any]) -> None:
    predictions = score(spark, ours).toPandas()

    assert len(predictions) == CUSTOMERS
    assert predictions["customerID"].is_unique
    assert predictions["probability"].between(0, 1).all()
    assert (predictions["label"] == (predictions["probability"] >= 0.5)).all()
    assert set(predictions["model_name"]) == {ours["registry.model_name"]}
    assert set(predictions["model_version"]) == {"1"}


def test_predictions_equal_the_registered_model_loaded_by_hand(spark: SparkSession, ours: dict[str, Any]) -> None:
    predictions = score(spark, ours).toPandas().set_index("customerID")["probability"]
    features = spark.table("main.t_trained.churn_features").toPandas().set_index("customerID")

    model = mlflow.sklearn.load_model(f"models:/{ours['registry.model_name']}/1")

    np.testing.assert_allclose(predictions[features.index], model.predict_proba(features)[:, 1], rtol=0, atol=1e-9)


def test_customers_without_charges_are_scored(spark: SparkSession, ours: dict[str, Any]) -> None:
    blank = {
        row.customerID for row in spark.table("main.t_trained.bronze_customers").where("TotalCharges IS NULL").collect()
    }
    found = {row.customerID for row in score(spark, ours).collect()}

    assert blank
    assert blank <= found


def test_the_version_says_what_it_scored_last(spark: SparkSession, ours: dict[str, Any]) -> None:
    predictions = score(spark, ours).toPandas()

    settings = load_settings("local", ours)
    said = open_registry(settings.registry).production().tags
    assert said[scored.ROWS] == str(CUSTOMERS)
    assert said[scored.TABLE] == settings.tables.full_name(settings.tables.predictions)
    assert {said[scored.RUN_ID]} == set(predictions["run_id"])
    assert datetime.fromisoformat(said[scored.AT]) <= datetime.now(UTC)


def test_the_threshold_decides_the_label(spark: SparkSession, ours: dict[str, Any]) -> None:
    predictions = score(spark, ours, threshold=0.2).toPandas()

    assert (predictions["label"] == (predictions["probability"] >= 0.2)).all()


def test_overwriting_leaves_the_last_run_only(spark: SparkSession, ours: dict[str, Any]) -> None:
    for run_id in ("one", "two"):
        predictions = score(spark, ours | {"run.dag_run_id": run_id})

    assert {row.run_id for row in predictions.select("run_id").distinct().collect()} == {"two"}
    assert predictions.count() == CUSTOMERS


def test_appending_adds_runs_and_a_repeated_run_doubles_nothing(spark: SparkSession, ours: dict[str, Any]) -> None:
    for run_id in ("one", "two", "two"):
        predictions = score(spark, ours | {"run.dag_run_id": run_id}, mode="append")

    counts = {row.run_id: row["count"] for row in predictions.groupBy("run_id").count().collect()}
    assert counts == {"one": CUSTOMERS, "two": CUSTOMERS}


def test_a_run_by_hand_gets_an_id_of_its_own(spark: SparkSession, ours: dict[str, Any]) -> None:
    for _ in range(2):
        predictions = score(spark, ours, mode="append")

    assert len(predictions.select("run_id").distinct().collect()) == 2


def test_only_the_keys_of_the_input_table_count(spark: SparkSession, ours: dict[str, Any], database: str) -> None:
    keys = some_keys(spark, 5)

    predictions = score(spark, ours, input_table=customers(spark, database, [*keys, keys[0]]))

    assert {row.customerID for row in predictions.collect()} == set(keys)
    assert predictions.count() == 5


def test_customers_without_features_are_named_and_nothing_is_written(
    spark: SparkSession, ours: dict[str, Any], database: str
) -> None:
    name = customers(spark, database, [*some_keys(spark, 5), "nobody-2", "nobody-1"])

    with pytest.raises(
        TableError, match=rf"2 customers of {name} have no features, .* nobody-1, nobody-2\. Run the job"
    ):
        score(spark, ours, input_table=name)

    assert not spark.catalog.tableExists(f"main.t_trained.{ours['tables.predictions']}")


def test_rows_without_a_key_are_named(spark: SparkSession, ours: dict[str, Any], database: str) -> None:
    name = customers(spark, database, [*some_keys(spark, 2), None])

    with pytest.raises(TableError, match=f"1 rows of {name} have no customerID"):
        score(spark, ours, input_table=name)


def test_an_input_table_without_the_key_is_refused(spark: SparkSession, ours: dict[str, Any], database: str) -> None:
    replace_table(spark.createDataFrame([("x",)], "note string"), f"{database}.input")

    with pytest.raises(TableError, match=f"{database}.input has no column customerID, .*: it has note"):
        score(spark, ours, input_table=f"{database}.input")


def test_a_missing_input_table_is_named(spark: SparkSession, ours: dict[str, Any]) -> None:
    with pytest.raises(TableError, match=r"no table main\.t_trained\.none: run the job ingest first or correct"):
        score(spark, ours, input_table="main.t_trained.none")


def test_without_a_version_in_production_the_remedy_is_named(spark: SparkSession, ours: dict[str, Any]) -> None:
    registry = open_registry(load_settings("local", ours).registry)
    registry.client.transition_model_version_stage(registry.model_name, "1", Stage.ARCHIVED)

    with pytest.raises(RegistryError, match="has no version in Production: promote one"):
        score(spark, ours)
