"""The one place that knows that there are two feature stores."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from churn.feature_store.delta import DeltaFeatureStore
from churn.feature_store.lookup import FeatureLookup

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from churn.config.settings import FeatureSettings


@dataclass(frozen=True)
class FeatureStore:
    """A client with the methods of `DeltaFeatureStore`, and the class of lookups that it takes."""

    client: DeltaFeatureStore  # or Databricks' FeatureStoreClient, which a test holds to the same signatures
    lookup: Callable[..., Any]


def open_feature_store(settings: "FeatureSettings", spark: "SparkSession") -> FeatureStore:
    """The feature store that `features.store` names."""
    if settings.store == "delta":
        return FeatureStore(DeltaFeatureStore(spark), FeatureLookup)
    from databricks.feature_store import FeatureLookup as DatabricksLookup  # only Databricks' runtimes have it
    from databricks.feature_store import FeatureStoreClient

    return FeatureStore(FeatureStoreClient(), DatabricksLookup)
