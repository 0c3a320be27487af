"""The predictions table."""

from datetime import UTC, datetime

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from churn.predictions import Scoring, append_run, as_predictions

SCORING = Scoring("churn", "2", "run-1", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), 0.5)
SCHEMA = "customerID string, probability double, run_id string"


def scored(spark: SparkSession, *predictions: list[float]) -> DataFrame:
    rows = [(key, "x", prediction) for key, prediction in zip("abcdef", predictions, strict=False)]
    return spark.createDataFrame(rows, "customerID string, gender string, prediction array<double>")


def test_a_prediction_says_who_how_likely_by_which_model_and_when(spark: SparkSession) -> None:
    (row,) = as_predictions(scored(spark, [0.25, 0.75]), "customerID", SCORING).collect()

    assert row.asDict() == {
        "customerID": "a",
        "probability": 0.75,
        "label": 1,
        "model_name": "churn",
        "model_version": "2",
        "run_id": "run-1",
        "scored_at": SCORING.scored_at.replace(tzinfo=None),
    }


def test_a_customer_at_the_threshold_is_labelled_as_leaving(spark: SparkSession) -> None:
    df = as_predictions(scored(spark, [0.5, 0.5], [0.51, 0.49]), "customerID", SCORING)

    assert {row.customerID: row.label for row in df.collect()} == {"a": 1, "b": 0}


def test_a_model_that_gives_labels_is_refused(spark: SparkSession) -> None:
    with pytest.raises(PySparkException, match="gives labels, not probabilities"):
        as_predictions(scored(spark, [1.0]), "customerID", SCORING).collect()


def predictions(spark: SparkSession, run_id: str, **probabilities: float) -> DataFrame:
    return spark.createDataFrame([(key, value, run_id) for key, value in probabilities.items()], SCHEMA)


def append(spark: SparkSession, table: str, run_id: str, **probabilities: float) -> None:
    append_run(spark, predictions(spark, run_id, **probabilities), "customerID", run_id, table)


def content(spark: SparkSession, table: str) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in spark.table(table).collect())


def test_runs_are_added(spark: SparkSession, database: str) -> None:
    append(spark, f"{database}.p", "one", a=0.1)
    append(spark, f"{database}.p", "two", a=0.2, b=0.3)

    assert content(spark, f"{database}.p") == [("a", 0.1, "one"), ("a", 0.2, "two"), ("b", 0.3, "two")]


def test_a_run_that_is_repeated_takes_the_place_of_its_first_attempt(spark: SparkSession, database: str) -> None:
    append(spark, f"{database}.p", "one", a=0.1, b=0.2)
    append(spark, f"{database}.p", "two", a=0.3)
    append(spark, f"{database}.p", "one", b=0.9, c=0.5)

    assert content(spark, f"{database}.p") == [("a", 0.3, "two"), ("b", 0.9, "one"), ("c", 0.5, "one")]


def test_a_run_id_is_data_whatever_is_in_it(spark: SparkSession, database: str) -> None:
    odd = "scheduled__2026-01-01T00:00:00+00:00 'quoted' {x} \\ ;"

    for _ in range(2):
        append(spark, f"{database}.p", odd, a=0.1)

    assert content(spark, f"{database}.p") == [("a", 0.1, odd)]
