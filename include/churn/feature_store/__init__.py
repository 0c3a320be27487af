"""The feature store: Databricks' own client where it can run, the same over plain Delta tables where it cannot."""

from churn.feature_store.opening import FeatureStore, open_feature_store

__all__ = ["FeatureStore", "open_feature_store"]
