"""A feature store with one table of two customers."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn.feature_store.delta import DeltaFeatureStore

FEATURES = "id string, tenure double, contract string"


@pytest.fixture
def store(spark: SparkSession) -> DeltaFeatureStore:
    return DeltaFeatureStore(spark)


@pytest.fixture
def features(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([("a", 1.0, "One year"), ("b", 30.0, "Two year")], FEATURES)


@pytest.fixture
def table(store: DeltaFeatureStore, features: DataFrame, database: str) -> str:
    """The name of a feature table with both customers."""
    name = f"{database}.features"
    store.create_table(name, "id", features, description="What is known of customers.", tags={"team": "churn"})
    return name
