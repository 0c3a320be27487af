"""Bronze rows become features, labels and reference."""

from typing import Any

import pytest
from pyspark.sql import SparkSession

from churn.config import Settings, load_settings
from churn.errors import RowsError, TableError
from churn.feature_store.delta import DeltaFeatureStore
from churn.features.holdout import Holdout
from churn.jobs import feature_table_creation, ingest


@pytest.fixture
def ingested(spark: SparkSession, settings: Settings) -> Settings:
    ingest.run(settings, spark)
    return settings


def keys(spark: SparkSession, settings: Settings, table: str) -> set[str]:
    return {row.customerID for row in spark.table(settings.tables.full_name(table)).collect()}


def test_all_customers_have_features_and_none_the_label(spark: SparkSession, ingested: Settings) -> None:
    feature_table_creation.run(ingested, spark)

    tables = ingested.tables
    features = spark.table(tables.full_name(tables.features))
    assert keys(spark, ingested, tables.features) == keys(spark, ingested, tables.bronze)
    assert len(features.columns) == 20
    assert "Churn" not in features.columns


def test_the_feature_table_has_a_primary_key_and_a_description(spark: SparkSession, ingested: Settings) -> None:
    feature_table_creation.run(ingested, spark)

    known = DeltaFeatureStore(spark).get_table(ingested.tables.full_name(ingested.tables.features))
    assert known.primary_keys == ("customerID",)
    assert known.description == ingested.features.description


def test_every_label_is_either_to_train_on_or_held_out(spark: SparkSession, ingested: Settings) -> None:
    feature_table_creation.run(ingested, spark)

    tables = ingested.tables
    to_train_on, held_out = keys(spark, ingested, tables.labels), keys(spark, ingested, tables.reference)
    holdout = Holdout(ingested.features.reference_share, ingested.features.reference_salt)
    assert not to_train_on & held_out
    assert to_train_on | held_out == keys(spark, ingested, tables.bronze)
    assert held_out == {key for key in to_train_on | held_out if holdout.includes(key)}


def test_labels_are_what_bronze_says(spark: SparkSession, ingested: Settings) -> None:
    feature_table_creation.run(ingested, spark)

    tables = ingested.tables
    left = spark.table(tables.full_name(tables.bronze)).where("Churn = 'Yes'").collect()
    labels = spark.table(tables.full_name(tables.labels)).union(spark.table(tables.full_name(tables.reference)))
    assert {row.customerID for row in labels.where("churn = 1").collect()} == {row.customerID for row in left}


def test_a_second_run_gives_the_same_tables(spark: SparkSession, ingested: Settings) -> None:
    feature_table_creation.run(ingested, spark)
    first = keys(spark, ingested, ingested.tables.reference)
    feature_table_creation.run(ingested, spark)

    assert keys(spark, ingested, ingested.tables.reference) == first
    assert len(keys(spark, ingested, ingested.tables.features)) == ingested.ingest.generator_rows


def test_other_options_give_other_columns(spark: SparkSession, ingested: Settings, overrides: dict[str, Any]) -> None:
    feature_table_creation.run(ingested, spark)
    encoded = {"features.ohe": True, "features.cat_cols": ["Contract"]}
    feature_table_creation.run(load_settings("local", overrides | encoded), spark)

    columns = spark.table(ingested.tables.full_name(ingested.tables.features)).columns
    assert "Contract" not in columns
    assert "Contract_Two_year" in columns


def test_customers_that_are_dropped_have_no_label_either(
    spark: SparkSession, overrides: dict[str, Any], tmp_path: Any
) -> None:
    settings = load_settings("local", overrides | {"ingest.generator_rows": 3_000, "features.drop_missing": True})
    ingest.run(settings, spark)
    feature_table_creation.run(settings, spark)

    tables = settings.tables
    features = keys(spark, settings, tables.features)
    assert 2_980 < len(features) < 3_000
    assert keys(spark, settings, tables.labels) | keys(spark, settings, tables.reference) == features


def test_without_bronze_the_remedy_is_named(spark: SparkSession, settings: Settings) -> None:
    with pytest.raises(TableError, match=r"no table main\..*\.bronze_customers: run the job ingest first"):
        feature_table_creation.run(settings, spark)


def test_a_reference_without_both_labels_is_refused_and_nothing_written(
    spark: SparkSession, overrides: dict[str, Any], database: str
) -> None:
    settings = load_settings("local", overrides | {"ingest.generator_rows": 3})
    ingest.run(settings, spark)

    with pytest.raises(RowsError, match=r"both have to occur; ingest more customers"):
        feature_table_creation.run(settings, spark)

    assert {table.name for table in spark.catalog.listTables(database)} == {"bronze_customers", "bronze_rejects"}
