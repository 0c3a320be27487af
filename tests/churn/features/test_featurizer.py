"""From bronze rows to features and labels."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn.config import FeatureSettings, load_settings
from churn.errors import TableError
from churn.features.featurizer import compute_features, compute_labels

SCHEMA = "customerID string, Contract string, tenure int, TotalCharges double, Churn string"


@pytest.fixture
def bronze(spark: SparkSession) -> DataFrame:
    rows = [
        ("a", "Month-to-month", 1, 10.5, "Yes"),
        ("b", "Two year", 70, 5_000.0, "No"),
        ("c", "Two year", 0, None, "No"),
        ("d", None, 5, 50.0, "No"),
    ]
    return spark.createDataFrame(rows, SCHEMA)


def options(**overrides: object) -> FeatureSettings:
    return load_settings("local", {f"features.{key}": value for key, value in overrides.items()}).features


def test_features_are_everything_but_the_label(bronze: DataFrame) -> None:
    assert compute_features(bronze, options()).columns == ["customerID", "Contract", "tenure", "TotalCharges"]


def test_numbers_become_doubles_and_missing_ones_stay_missing(bronze: DataFrame) -> None:
    features = compute_features(bronze, options())

    assert dict(features.dtypes) == {
        "customerID": "string",
        "Contract": "string",
        "tenure": "double",
        "TotalCharges": "double",
    }
    assert features.where("customerID = 'c'").collect()[0].TotalCharges is None


def test_labels_are_one_for_customers_who_left(bronze: DataFrame) -> None:
    labels = compute_labels(bronze, options())

    assert {row.customerID: row.churn for row in labels.collect()} == {"a": 1, "b": 0, "c": 0, "d": 0}


def test_rows_with_missing_values_can_be_dropped(bronze: DataFrame) -> None:
    features = compute_features(bronze, options(drop_missing=True))

    assert {row.customerID for row in features.collect()} == {"a", "b"}


def test_texts_can_be_one_hot_encoded(bronze: DataFrame) -> None:
    features = compute_features(bronze, options(ohe=True, cat_cols=["Contract"]))

    encoded = features.select("customerID", "Contract_Month_to_month", "Contract_Two_year").sort("customerID").collect()
    assert "Contract" not in features.columns
    assert [tuple(row) for row in encoded] == [("a", 1.0, 0.0), ("b", 0.0, 1.0), ("c", 0.0, 1.0), ("d", 0.0, 0.0)]


@pytest.mark.parametrize("column", ["tenure", "Contrat", "Churn"])
def test_only_text_columns_can_be_encoded(bronze: DataFrame, column: str) -> None:
    with pytest.raises(
        TableError, match=f"cat_cols names '{column}', which is not a text column: choose from .*Contract"
    ):
        compute_features(bronze, options(ohe=True, cat_cols=[column]))


@pytest.mark.parametrize("other", ["Two-year", "two year"], ids=["other punctuation", "other case"])
def test_values_that_would_share_a_column_are_refused_by_name(spark: SparkSession, other: str) -> None:
    bronze = spark.createDataFrame([("a", "Two year", 1, 1.0, "No"), ("b", other, 1, 1.0, "No")], SCHEMA)

    with pytest.raises(TableError, match=f"'{other}'") as raised:
        compute_features(bronze, options(ohe=True, cat_cols=["Contract"]))
    assert "'Two year'" in str(raised.value)
