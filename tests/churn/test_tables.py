"""Delta tables on the engine."""

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from churn import tables
from churn.errors import TableError


def rows(spark: SparkSession, *values: int) -> DataFrame:
    return spark.createDataFrame([(value,) for value in values], "n int")


def read(df: DataFrame) -> list[int]:
    return sorted(row.n for row in df.collect())


def test_replacing_takes_rows_and_columns_away(spark: SparkSession, database: str) -> None:
    tables.replace_table(spark.createDataFrame([(1, "x")], "n int, old string"), f"{database}.t")
    tables.replace_table(rows(spark, 2, 3), f"{database}.t")

    assert spark.table(f"{database}.t").columns == ["n"]
    assert read(spark.table(f"{database}.t")) == [2, 3]


def test_a_database_is_created_once(spark: SparkSession, database: str) -> None:
    tables.create_database(spark, database)

    assert spark.catalog.databaseExists(database)


def test_versions_are_counted_and_read(spark: SparkSession, database: str) -> None:
    name = f"{database}.t"
    for count in range(1, 6):
        tables.replace_table(rows(spark, *range(count)), name)
        assert tables.current_version(spark, name) == count - 1

    assert read(tables.table_at(spark, name, 2)) == [0, 1, 2]


@pytest.mark.parametrize("last", [0, 1, 2, 3, 7, 8, 9, 1_000, 1_023, 1_024])
def test_the_newest_version_is_found_by_asking(last: int) -> None:
    asked: list[int] = []

    def is_readable(version: int) -> bool:
        asked.append(version)
        return version <= last

    assert tables.newest(is_readable) == last
    assert len(asked) <= 22


def test_rows_of_the_driver_replace_a_table_in_one_commit_however_many(
    spark: SparkSession, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{database}.t"
    tables.replace_table(rows(spark, 99), name)
    monkeypatch.setattr(tables, "ROWS_IN_ONE_MESSAGE", 4)

    arriving = pd.DataFrame({"customerID": list("abcdefghij"), "n": range(10)})
    tables.replace_table_with_rows(spark, arriving, "customerID string, n int", name)

    assert read(spark.table(name)) == list(range(10))
    assert tables.current_version(spark, name) == 1
    assert [table.name for table in spark.catalog.listTables(database)] == ["t"]


def test_missing_numbers_arrive_as_nulls(spark: SparkSession, database: str) -> None:
    tables.replace_table_with_rows(spark, pd.DataFrame({"n": [1.5, None]}), "n double", f"{database}.t")

    assert {row.n for row in spark.table(f"{database}.t").collect()} == {1.5, None}


def test_no_rows_give_an_empty_table(spark: SparkSession, database: str) -> None:
    tables.replace_table_with_rows(spark, pd.DataFrame({"n": [], "s": []}), "n bigint, s string", f"{database}.t")

    assert spark.table(f"{database}.t").count() == 0


def test_dropping_says_whether_there_was_a_table(spark: SparkSession, database: str) -> None:
    tables.replace_table(rows(spark, 1), f"{database}.t")

    assert tables.drop_table(spark, f"{database}.t")
    assert not tables.drop_table(spark, f"{database}.t")


def test_a_table_that_is_needed_is_named_with_the_remedy(spark: SparkSession, database: str) -> None:
    with pytest.raises(TableError, match=rf"There is no table {database}\.t: run the job ingest first"):
        tables.require_table(spark, f"{database}.t", "run the job ingest first")
