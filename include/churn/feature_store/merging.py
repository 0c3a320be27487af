"""What may be written to a feature table, and what a merge makes of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from churn.errors import FeatureStoreError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from churn.feature_store.catalog import FeatureTable

ARRIVED = "__arrived"


def require_unique_keys(df: "DataFrame", table: "FeatureTable") -> None:
    """Refuse rows whose primary keys are missing or repeated.

    Raises:
        FeatureStoreError: a key column is missing, a key is null, or two rows have the same.
    """
    if missing := [key for key in table.primary_keys if key not in df.columns]:
        raise FeatureStoreError(f"The rows for {table.name} lack the primary key {', '.join(missing)}: add it")
    keys = [F.col(key) for key in table.primary_keys]
    without_key = F.expr(" OR ".join(f"{key} IS NULL" for key in table.primary_keys))
    faults = df.groupBy(*keys).count().where((F.col("count") > 1) | without_key).limit(1).collect()
    for fault in faults:
        values = ", ".join(str(fault[key]) for key in table.primary_keys)
        raise FeatureStoreError(
            f"The primary key {', '.join(table.primary_keys)} = {values} occurs {fault['count']} times in the rows for "
            f"{table.name}: a key is not null and unique"
        )


def require_same_columns(df: "DataFrame", existing: "DataFrame", name: str) -> "DataFrame":
    """The rows with their columns in the order of the table's.

    Raises:
        FeatureStoreError: names or types differ.
    """
    if dict(df.dtypes) != dict(existing.dtypes):
        raise FeatureStoreError(
            f"The rows do not fit the feature table {name}: they have {_typed(df)}, the table has {_typed(existing)}. "
            "Drop the table to create it with other columns"
        )
    return df.select(existing.columns)


def merge(existing: "DataFrame", arriving: "DataFrame", keys: Sequence[str]) -> "DataFrame":
    """Rows of both; where a key is in both, arriving values replace existing ones of the same column."""
    marked = arriving.withColumn(ARRIVED, F.lit(True))
    old, new = existing.alias("old"), marked.alias("new")
    same = [F.col(f"old.{key}") == F.col(f"new.{key}") for key in keys]
    merged = old.join(new, on=same, how="full_outer")
    names = [*existing.columns, *(name for name in arriving.columns if name not in existing.columns)]
    return merged.select(*[_value(name, existing.columns, arriving.columns).alias(name) for name in names])


def _value(name: str, existing: Sequence[str], arriving: Sequence[str]) -> "F.Column":
    if name not in arriving:
        return F.col(f"old.{name}")
    if name not in existing:
        return F.col(f"new.{name}")
    return F.when(F.col(f"new.{ARRIVED}"), F.col(f"new.{name}")).otherwise(F.col(f"old.{name}"))


def _typed(df: "DataFrame") -> str:
    return ", ".join(f"{name} {sql_type}" for name, sql_type in df.dtypes)
