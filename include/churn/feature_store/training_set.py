"""Rows, and the features that are looked up for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from churn.errors import FeatureStoreError
from churn.feature_store.catalog import FeatureTable
from churn.feature_store.lookup import FeatureLookup, FeatureSpec, ResolvedLookup

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class TrainingSet:
    """Rows with a label, and what is to be looked up for them."""

    df: "DataFrame"
    feature_spec: FeatureSpec
    spark: "SparkSession"

    def load_df(self) -> "DataFrame":
        """Rows with label and features, without the excluded columns."""
        return look_up(self.spark, self.df, self.feature_spec).drop(*self.feature_spec.exclude_columns)


def look_up(spark: "SparkSession", df: "DataFrame", spec: FeatureSpec) -> "DataFrame":
    """Rows with all features of a specification.

    Raises:
        FeatureStoreError: the rows lack a key, or a feature table a feature.
    """
    for lookup in spec.lookups:
        require_columns(df, lookup.lookup_key, f"the lookup key of {lookup.table_name}")
        df = lookup.join(df, spark.table(lookup.table_name))
    return df


def resolve(spark: "SparkSession", df: "DataFrame", lookup: FeatureLookup, table: FeatureTable) -> ResolvedLookup:
    """A lookup with the table's keys and features spelled out as they are now.

    Raises:
        FeatureStoreError: the keys do not fit the table, or the rows lack one.
    """
    if len(lookup.lookup_key) != len(table.primary_keys):
        raise FeatureStoreError(
            f"The lookup in {table.name} has the keys {', '.join(lookup.lookup_key)}, the table "
            f"{', '.join(table.primary_keys)}: give as many, in that order"
        )
    require_columns(df, lookup.lookup_key, f"the lookup key of {table.name}")
    features = [name for name in spark.table(table.name).columns if name not in table.primary_keys]
    outputs = {name: lookup.rename_outputs.get(name, name) for name in lookup.feature_names or features}
    return ResolvedLookup(table.name, tuple(lookup.lookup_key), table.primary_keys, outputs)


def require_columns(df: "DataFrame", names: Sequence[str], what: str) -> None:
    """Refuse rows that lack columns.

    Raises:
        FeatureStoreError: one is missing.
    """
    if missing := [name for name in names if name not in df.columns]:
        raise FeatureStoreError(f"The rows lack {what}, {', '.join(missing)}: they have {', '.join(df.columns)}")
