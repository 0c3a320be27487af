"""Jobs call either client by the same names and arguments: ours has to be Databricks' in all that they can see."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from databricks.feature_store import FeatureLookup as DatabricksLookup
from databricks.feature_store import FeatureStoreClient

from churn.feature_store.delta import DeltaFeatureStore
from churn.feature_store.lookup import FeatureLookup

METHODS = (
    "create_table",
    "write_table",
    "read_table",
    "get_table",
    "drop_table",
    "create_training_set",
    "log_model",
    "score_batch",
)


def interface(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    """Name, kind and default of every argument; a default that is a mark of its own is only known to be there."""
    return [
        (parameter.name, parameter.kind, "a mark" if type(parameter.default) is object else parameter.default)
        for parameter in inspect.signature(function).parameters.values()
    ]


@pytest.mark.parametrize("method", METHODS)
def test_a_method_takes_what_databricks_takes(method: str) -> None:
    assert interface(getattr(DeltaFeatureStore, method)) == interface(getattr(FeatureStoreClient, method))


def test_a_lookup_takes_what_databricks_takes() -> None:
    assert interface(FeatureLookup) == interface(DatabricksLookup)


def test_there_is_no_method_that_databricks_has_not() -> None:
    """Jobs that used one would fail on Databricks only."""
    public = {name for name, _ in inspect.getmembers(DeltaFeatureStore, callable) if not name.startswith("_")}

    assert public == set(METHODS)
