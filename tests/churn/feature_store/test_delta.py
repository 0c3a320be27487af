"""Feature tables over Delta: created, written, read, dropped."""

from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn.errors import FeatureStoreError
from churn.feature_store.catalog import FeatureTable
from churn.feature_store.delta import DeltaFeatureStore


def rows(df: DataFrame) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in df.collect())


def test_a_table_is_created_with_rows_keys_and_description(store: DeltaFeatureStore, table: str) -> None:
    assert rows(store.read_table(table)) == [("a", 1.0, "One year"), ("b", 30.0, "Two year")]
    assert store.get_table(table) == FeatureTable(table, ("id",), "What is known of customers.", {"team": "churn"})


def test_what_is_known_of_a_table_outlives_the_client(spark: SparkSession, table: str) -> None:
    assert DeltaFeatureStore(spark).get_table(table).primary_keys == ("id",)


def test_a_table_can_be_created_empty_from_a_schema(
    store: DeltaFeatureStore, features: DataFrame, database: str
) -> None:
    store.create_table(f"{database}.empty", ["id"], schema=features.schema)

    assert rows(store.read_table(f"{database}.empty")) == []


def test_a_table_is_not_created_twice(store: DeltaFeatureStore, features: DataFrame, table: str) -> None:
    with pytest.raises(FeatureStoreError, match=f"The table {table} already exists"):
        store.create_table(table, "id", features)


def test_neither_rows_nor_schema_are_refused(store: DeltaFeatureStore, database: str) -> None:
    with pytest.raises(FeatureStoreError, match="neither df nor schema"):
        store.create_table(f"{database}.t", "id")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([("a", 1.0, "x"), ("a", 2.0, "y")], "primary key id = a occurs 2 times"),
        ([(None, 1.0, "x")], "primary key id = None occurs 1 times"),
    ],
)
def test_keys_are_unique_and_not_null(
    spark: SparkSession, store: DeltaFeatureStore, table: str, values: list[tuple[Any, ...]], message: str
) -> None:
    broken = spark.createDataFrame(values, store.read_table(table).schema)

    for mode in ("overwrite", "merge"):
        with pytest.raises(FeatureStoreError, match=message):
            store.write_table(table, broken, mode=mode)
    with pytest.raises(FeatureStoreError, match=message):
        store.create_table(f"{table}_2", "id", broken)
    assert len(rows(store.read_table(table))) == 2
    assert not spark.catalog.tableExists(f"{table}_2")


def test_a_missing_key_column_is_named(store: DeltaFeatureStore, features: DataFrame, database: str) -> None:
    with pytest.raises(FeatureStoreError, match="lack the primary key customerID"):
        store.create_table(f"{database}.t", "customerID", features)


def test_overwriting_replaces_all_rows(spark: SparkSession, store: DeltaFeatureStore, table: str) -> None:
    arriving = spark.createDataFrame([("One year", "c", 3.0)], "contract string, id string, tenure double")

    store.write_table(table, arriving, mode="overwrite")

    assert rows(store.read_table(table)) == [("c", 3.0, "One year")]
    assert store.get_table(table).description == "What is known of customers."


def test_overwriting_keeps_the_columns(spark: SparkSession, store: DeltaFeatureStore, table: str) -> None:
    with pytest.raises(FeatureStoreError, match=r"do not fit the feature table .* they have id string, tenure int"):
        store.write_table(table, spark.createDataFrame([("c", 3)], "id string, tenure int"), mode="overwrite")


def test_merging_replaces_and_adds(spark: SparkSession, store: DeltaFeatureStore, table: str) -> None:
    arriving = spark.createDataFrame([("b", None, "Monthly"), ("c", 3.0, "Monthly")], store.read_table(table).schema)

    store.write_table(table, arriving)

    assert sorted(rows(store.read_table(table)), key=lambda row: row[0]) == [
        ("a", 1.0, "One year"),
        ("b", None, "Monthly"),
        ("c", 3.0, "Monthly"),
    ]


def test_merging_new_columns_makes_them_features(spark: SparkSession, store: DeltaFeatureStore, table: str) -> None:
    store.write_table(table, spark.createDataFrame([("b", 7.0)], "id string, visits double"), mode="merge")

    found = {row.id: (row.tenure, row.visits) for row in store.read_table(table).collect()}
    assert found == {"a": (1.0, None), "b": (30.0, 7.0)}


def test_merging_goes_by_all_keys(spark: SparkSession, store: DeltaFeatureStore, database: str) -> None:
    name, schema = f"{database}.monthly", "id string, month int, charge double"
    store.create_table(name, ["id", "month"], spark.createDataFrame([("a", 1, 1.0), ("a", 2, 2.0)], schema))

    store.write_table(name, spark.createDataFrame([("a", 2, 9.0), ("b", 2, 5.0)], schema))

    assert rows(store.read_table(name)) == [("a", 1, 1.0), ("a", 2, 9.0), ("b", 2, 5.0)]


def test_another_mode_is_refused(store: DeltaFeatureStore, features: DataFrame, table: str) -> None:
    with pytest.raises(FeatureStoreError, match=r"mode 'append'.*use 'overwrite' or 'merge'"):
        store.write_table(table, features, mode="append")


def test_dropping_takes_rows_and_knowledge_away(
    spark: SparkSession, store: DeltaFeatureStore, features: DataFrame, table: str
) -> None:
    store.drop_table(table)

    assert not spark.catalog.tableExists(table)
    with pytest.raises(FeatureStoreError, match=f"There is no feature table {table}"):
        store.read_table(table)
    store.create_table(table, ["id", "tenure"], features)
    assert store.get_table(table).primary_keys == ("id", "tenure")


def test_a_table_that_is_no_feature_table_is_refused(
    store: DeltaFeatureStore, features: DataFrame, database: str
) -> None:
    features.write.saveAsTable(f"{database}.plain")

    for use in (store.get_table, store.read_table, store.drop_table):
        with pytest.raises(FeatureStoreError, match=rf"The table {database}\.plain is no feature table: drop it"):
            use(f"{database}.plain")


@pytest.mark.parametrize(
    "argument", [{"timestamp_keys": "at"}, {"partition_columns": ["contract"]}, {"path": "dbfs:/x"}]
)
def test_what_only_databricks_serves_is_refused_by_name(
    store: DeltaFeatureStore, features: DataFrame, database: str, argument: dict[str, Any]
) -> None:
    with pytest.raises(FeatureStoreError, match=f"create_table got {next(iter(argument))}, .*set features.store"):
        store.create_table(f"{database}.t", "id", features, **argument)


def test_streams_are_refused(store: DeltaFeatureStore, features: DataFrame, table: str) -> None:
    with pytest.raises(FeatureStoreError, match="got checkpoint_location"):
        store.write_table(table, features, checkpoint_location="dbfs:/x")
    with pytest.raises(FeatureStoreError, match="got a stream"):
        store.write_table(table, features, trigger={"once": True})
