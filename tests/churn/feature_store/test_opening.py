"""Which feature store the settings choose."""

import subprocess
import sys

from pyspark.sql import SparkSession

from churn.config import load_settings
from churn.feature_store import open_feature_store
from churn.feature_store.delta import DeltaFeatureStore
from churn.feature_store.lookup import FeatureLookup


def test_delta_is_ours(spark: SparkSession) -> None:
    store = open_feature_store(load_settings("local").features, spark)

    assert isinstance(store.client, DeltaFeatureStore)
    assert store.lookup is FeatureLookup


def test_only_the_laptop_uses_ours() -> None:
    stores = {env: load_settings(env).features.store for env in ("local", "dev", "staging", "prod")}

    assert stores == {"local": "delta", "dev": "databricks", "staging": "databricks", "prod": "databricks"}


def test_the_databricks_client_is_not_imported_before_it_is_chosen() -> None:
    """It is no dependency of the wheel: only Databricks' runtimes have it."""
    code = "import sys, churn.feature_store; print([name for name in sys.modules if name.startswith('databricks.f')])"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"
