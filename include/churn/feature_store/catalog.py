"""What is known of each feature table: its primary keys, its description, its tags.

A Delta table beside the feature tables keeps it. Table properties would be the natural place, but not every engine that
the jobs run on gives them back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from churn.tables import replace_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TABLE = "feature_store_catalog"
SCHEMA = "name string, primary_keys string, description string, tags string"


@dataclass(frozen=True)
class FeatureTable:
    """A feature table as its creator described it."""

    name: str
    primary_keys: tuple[str, ...]
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def find(spark: "SparkSession", name: str) -> FeatureTable | None:
    """What is known of a feature table, or None."""
    if not spark.catalog.tableExists(_catalog_of(name)):
        return None
    for row in spark.table(_catalog_of(name)).where(F.col("name") == name).collect():
        return FeatureTable(name, tuple(json.loads(row.primary_keys)), row.description, json.loads(row.tags))
    return None


def save(spark: "SparkSession", table: FeatureTable) -> None:
    """Remember a feature table in place of what was known of it."""
    row = (table.name, json.dumps(table.primary_keys), table.description, json.dumps(dict(table.tags)))
    entry = spark.createDataFrame([row], SCHEMA)
    others = _others(spark, table.name)
    replace_table(entry if others is None else others.unionByName(entry), _catalog_of(table.name))


def forget(spark: "SparkSession", name: str) -> None:
    """Forget a feature table."""
    others = _others(spark, name)
    if others is not None:
        replace_table(others, _catalog_of(name))


def _others(spark: "SparkSession", name: str) -> "DataFrame | None":
    if not spark.catalog.tableExists(_catalog_of(name)):
        return None
    return spark.table(_catalog_of(name)).where(F.col("name") != name)


def _catalog_of(name: str) -> str:
    database, _, _ = name.rpartition(".")
    return f"{database}.{TABLE}" if database else TABLE
