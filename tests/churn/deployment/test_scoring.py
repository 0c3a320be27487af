"""What a version makes of the reference rows, or why it makes nothing of them."""

from typing import Any

import mlflow
import numpy as np
import pytest
from mlflow import MlflowClient
from pyspark.sql import DataFrame, SparkSession
from sklearn.linear_model import LogisticRegression
from tests.churn.support import log_model

from churn.deployment.scoring import score
from churn.feature_store.delta import DeltaFeatureStore
from churn.feature_store.lookup import FeatureLookup
from churn.gate.evidence import Problem, ProblemCode, Role
from churn.gate.observed import ScoredVersion


@pytest.fixture
def store(spark: SparkSession) -> DeltaFeatureStore:
    return DeltaFeatureStore(spark)


@pytest.fixture
def inputs(spark: SparkSession) -> DataFrame:
    """Keys and features of the reference customers."""
    return (
        spark.table("main.t_trained.churn_reference")
        .select("customerID")
        .join(spark.table("main.t_trained.churn_features"), on="customerID")
    )


def version(overrides: dict[str, Any], number: int) -> tuple[str, Any]:
    name = overrides["registry.model_name"]
    return f"models:/{name}/{number}", MlflowClient().get_model_version(name, str(number))


def test_scores_are_in_the_order_of_the_keys_and_equal_the_model_by_hand(
    store: DeltaFeatureStore, trained: dict[str, Any], inputs: DataFrame
) -> None:
    uri, found = version(trained, 2)

    scored = score(store, uri, inputs, Role.CANDIDATE, found)

    assert isinstance(scored, ScoredVersion)
    assert list(scored.keys) == sorted(scored.keys)
    features = inputs.toPandas().set_index("customerID").loc[scored.keys]
    np.testing.assert_allclose(scored.scores, mlflow.pyfunc.load_model(uri).predict(features)[:, 1], rtol=0, atol=1e-9)
    assert scored.version == "2"


def test_features_that_are_given_are_the_ones_that_are_scored(
    store: DeltaFeatureStore, trained: dict[str, Any], inputs: DataFrame
) -> None:
    """Both versions score the same values, even if the feature table changes meanwhile."""
    uri, found = version(trained, 1)
    changed = inputs.withColumn("tenure", inputs["tenure"] * 0)

    before, after = (score(store, uri, rows, Role.PRODUCTION, found) for rows in (inputs, changed))

    assert isinstance(before, ScoredVersion)
    assert isinstance(after, ScoredVersion)
    assert not np.array_equal(before.scores, after.scores)


def test_a_model_that_gives_labels_is_a_problem(
    store: DeltaFeatureStore, trained: dict[str, Any], inputs: DataFrame
) -> None:
    _, found = version(trained, 1)
    lookup = FeatureLookup("main.t_trained.churn_features", "customerID", feature_names=["tenure"])
    training_set = store.create_training_set(inputs.select("customerID"), [lookup], None, ["customerID"])
    rows = training_set.load_df().toPandas()
    model = LogisticRegression().fit(rows, rows["tenure"] > rows["tenure"].median())
    uri = log_model(store, model, training_set, rows, model.predict(rows).astype(float))

    problem = score(store, uri, inputs, Role.CANDIDATE, found)

    assert isinstance(problem, Problem)
    assert problem.code is ProblemCode.NO_PROBABILITIES
    assert problem.sentence == "Version 1 (candidate) gives labels, not probabilities: log it with predict_proba."


@pytest.mark.parametrize("uri", ["models:/none/1", "runs:/0123/model"])
def test_a_model_that_cannot_be_loaded_is_a_problem(
    store: DeltaFeatureStore, trained: dict[str, Any], inputs: DataFrame, uri: str
) -> None:
    problem = score(store, uri, inputs, Role.PRODUCTION, version(trained, 1)[1])

    assert isinstance(problem, Problem)
    assert problem.code is ProblemCode.MODEL_NOT_LOADABLE
    assert problem.sentence.startswith("Version 1 (production) could not be loaded and scored: ")
    assert "\n" not in problem.sentence


def test_rows_without_a_key_are_a_problem(store: DeltaFeatureStore, trained: dict[str, Any], inputs: DataFrame) -> None:
    uri, found = version(trained, 1)

    problem = score(store, uri, inputs.select("tenure"), Role.CANDIDATE, found)

    assert isinstance(problem, Problem)
    assert "lack the lookup key" in problem.sentence
