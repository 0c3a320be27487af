"""Training sets, and models that look their own features up."""

from typing import Any, cast

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession
from sklearn.linear_model import LogisticRegression
from tests.churn.support import log_model

from churn.errors import FeatureStoreError
from churn.feature_store.delta import DeltaFeatureStore
from churn.feature_store.lookup import FeatureLookup, FeatureSpec
from churn.feature_store.training_set import TrainingSet

ROWS = 200


@pytest.fixture
def labels(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([("b", 1), ("a", 0), ("missing", 1)], "id string, churn int")


@pytest.fixture
def table(spark: SparkSession, store: DeltaFeatureStore, database: str) -> str:
    """Many customers with two features, one of which decides."""
    name = f"{database}.features"
    rows = [(str(number), float(number % 10), float(number % 7)) for number in range(ROWS)]
    store.create_table(name, "id", spark.createDataFrame(rows, "id string, tenure double, charge double"))
    return name


@pytest.fixture
def training_set(spark: SparkSession, store: DeltaFeatureStore, table: str) -> TrainingSet:
    labelled = [(str(number), int(number % 10 > 5)) for number in range(ROWS)]
    df = spark.createDataFrame(labelled, "customer string, churn int")
    return store.create_training_set(
        df, [FeatureLookup(table, "customer")], label="churn", exclude_columns=["customer"]
    )


def log(store: DeltaFeatureStore, training_set: TrainingSet, **how: Any) -> str:
    rows = training_set.load_df().toPandas()
    inputs = rows.drop(columns="churn")
    model = LogisticRegression().fit(inputs, rows["churn"])
    how = {"pyfunc_predict_fn": "predict_proba"} | how
    return log_model(store, model, training_set, inputs, model.predict_proba(inputs), **how)


def by_hand(uri: str, inputs: pd.DataFrame) -> Any:
    return mlflow.pyfunc.load_model(uri).predict(inputs)


def test_a_training_set_is_labels_and_features_without_the_key(training_set: TrainingSet) -> None:
    df = training_set.load_df()

    assert sorted(df.columns) == ["charge", "churn", "tenure"]
    assert df.count() == ROWS


def test_rows_without_features_stay_with_missing_ones(store: DeltaFeatureStore, labels: DataFrame, table: str) -> None:
    found = store.create_training_set(labels, [FeatureLookup(table, "id")], label="churn").load_df().collect()

    assert {row.id: row.tenure for row in found} == {"a": None, "b": None, "missing": None}


def test_features_can_be_chosen_and_renamed(spark: SparkSession, store: DeltaFeatureStore, table: str) -> None:
    df = spark.createDataFrame([("3",)], "customer string")
    lookup = FeatureLookup(table, ["customer"], feature_names="tenure", rename_outputs={"tenure": "months"})

    assert store.create_training_set(df, [lookup], label=None).load_df().collect() == [("3", 3.0)]


def test_several_tables_can_be_looked_up(spark: SparkSession, store: DeltaFeatureStore, table: str) -> None:
    store.create_table(f"{table}_2", "id", spark.createDataFrame([("3", "x")], "id string, note string"))
    df = spark.createDataFrame([("3",), ("4",)], "customer string")
    lookups = [FeatureLookup(table, "customer", feature_names=["tenure"]), FeatureLookup(f"{table}_2", "customer")]

    found = store.create_training_set(df, lookups, label=None).load_df().collect()

    assert sorted(tuple(row) for row in found) == [("3", 3.0, "x"), ("4", 4.0, None)]


@pytest.mark.parametrize(
    ("key", "label", "message"),
    [
        ("id", "left", "The rows lack the label, left: they have id, churn"),
        ("customer", "churn", "The rows lack the lookup key of .*, customer: they have id, churn"),
        (["id", "churn"], "churn", "lookup in .* has the keys id, churn, the table id: give as many"),
    ],
)
def test_a_missing_label_or_key_is_named(
    store: DeltaFeatureStore, labels: DataFrame, table: str, key: str | list[str], label: str, message: str
) -> None:
    with pytest.raises(FeatureStoreError, match=message):
        store.create_training_set(labels, [FeatureLookup(table, key)], label=label)


def test_a_feature_that_the_table_lacks_is_named(store: DeltaFeatureStore, labels: DataFrame, table: str) -> None:
    lookup = FeatureLookup(table, "id", feature_names=["age"])

    with pytest.raises(FeatureStoreError, match="has no column age"):
        store.create_training_set(labels, [lookup], label="churn").load_df()


def test_a_table_that_does_not_exist_is_named(store: DeltaFeatureStore, labels: DataFrame, database: str) -> None:
    with pytest.raises(FeatureStoreError, match=f"no feature table {database}.none"):
        store.create_training_set(labels, [FeatureLookup(f"{database}.none", "id")], label="churn")


@pytest.mark.parametrize("argument", ["timestamp_lookup_key", "lookback_window", "default_values", "feature_name"])
def test_lookups_that_only_databricks_serves_are_refused_by_name(argument: str) -> None:
    with pytest.raises(FeatureStoreError, match=f"FeatureLookup got {argument}"):
        FeatureLookup("t", "id", **cast(dict[str, Any], {argument: "x"}))


def test_a_specification_survives_being_written_down(training_set: TrainingSet) -> None:
    spec = training_set.feature_spec

    assert FeatureSpec.from_dict(spec.as_dict()) == spec


@pytest.mark.usefixtures("tracking")
def test_scoring_looks_features_up_and_equals_the_model_by_hand(
    spark: SparkSession, store: DeltaFeatureStore, training_set: TrainingSet, table: str
) -> None:
    uri = log(store, training_set)
    customers = spark.createDataFrame([(str(number),) for number in range(ROWS)], "customer string")

    scored = store.score_batch(uri, customers, result_type="array<double>").toPandas()

    expected = by_hand(uri, scored[["tenure", "charge"]])
    assert len(scored) == ROWS
    np.testing.assert_allclose(np.stack(scored["prediction"]), expected, atol=1e-12)


@pytest.mark.usefixtures("tracking")
def test_a_number_is_the_first_that_the_model_gives(
    spark: SparkSession, store: DeltaFeatureStore, training_set: TrainingSet
) -> None:
    uri = log(store, training_set)
    customers = spark.createDataFrame([("3",), ("8",)], "customer string")

    staying = store.score_batch(uri, customers).collect()
    labels = store.score_batch(log(store, training_set, pyfunc_predict_fn="predict"), customers).collect()

    assert {row.customer: row.prediction > 0.5 for row in staying} == {"3": True, "8": False}
    assert {row.customer: row.prediction for row in labels} == {"3": 0.0, "8": 1.0}


@pytest.mark.usefixtures("tracking")
def test_given_features_are_not_looked_up(
    spark: SparkSession, store: DeltaFeatureStore, training_set: TrainingSet
) -> None:
    uri = log(store, training_set)
    given = spark.createDataFrame([("3", 9.0, 1.0)], "customer string, tenure double, charge double")

    (row,) = store.score_batch(uri, given, result_type="array<double>").collect()

    assert row.tenure == 9.0
    np.testing.assert_allclose(row.prediction, by_hand(uri, pd.DataFrame({"tenure": [9.0], "charge": [1.0]}))[0])


@pytest.mark.usefixtures("tracking")
def test_scoring_refuses_what_it_cannot_score(
    spark: SparkSession, store: DeltaFeatureStore, training_set: TrainingSet
) -> None:
    uri = log(store, training_set)
    customers = spark.createDataFrame([("3", 1.0)], "customer string, prediction double")

    with pytest.raises(FeatureStoreError, match="column 'prediction', which it writes"):
        store.score_batch(uri, customers)
    with pytest.raises(FeatureStoreError, match=r"lack the lookup key of .*, customer"):
        store.score_batch(uri, customers.select("prediction").withColumnRenamed("prediction", "p"))
    with pytest.raises(FeatureStoreError, match="result_type 'string': use 'double' or 'array<double>'"):
        store.score_batch(uri, customers.select("customer"), result_type="string")


@pytest.mark.usefixtures("tracking")
def test_a_model_that_knows_no_features_is_refused(spark: SparkSession, store: DeltaFeatureStore) -> None:
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    with mlflow.start_run():
        uri = mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"]).model_uri

    with pytest.raises(FeatureStoreError, match=f"The model {uri} knows no feature tables"):
        store.score_batch(uri, spark.createDataFrame([("3",)], "customer string"))


def test_a_model_without_a_training_set_is_refused(store: DeltaFeatureStore) -> None:
    with pytest.raises(FeatureStoreError, match="log_model got no training_set"):
        store.log_model(object(), "model", flavor=mlflow.sklearn)


@pytest.mark.usefixtures("tracking")
def test_an_example_can_be_taken_from_the_training_set(store: DeltaFeatureStore, training_set: TrainingSet) -> None:
    uri = log(store, training_set, infer_input_example=True)

    assert mlflow.models.get_model_info(uri).saved_input_example_info is not None
