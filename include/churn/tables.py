"""Delta tables in plain Spark: what Databricks, and any engine that speaks Spark Connect, can do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from pyspark.errors import AnalysisException, IllegalArgumentException

from churn.errors import TableError

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

ROWS_IN_ONE_MESSAGE = 200_000  # of about 250 bytes; Spark Connect refuses messages above 128 MiB


def create_database(spark: "SparkSession", database: str) -> None:
    """Create a schema (`main.churn`) unless it exists; asking first, since creating needs a privilege of its own."""
    if not spark.catalog.databaseExists(database):
        spark.sql(f"CREATE SCHEMA IF NOT EXISTS {database}")


def require_table(spark: "SparkSession", name: str, remedy: str) -> "DataFrame":
    """A table that has to be there.

    Raises:
        TableError: it is not; the message ends with the remedy.
    """
    if not spark.catalog.tableExists(name):
        raise TableError(f"There is no table {name}: {remedy}")
    return spark.table(name)


def replace_table(df: "DataFrame", name: str) -> None:
    """Put these rows and columns in the place of the table's, in one commit."""
    df.write.format("delta").mode("overwrite").option("overwriteSchema", "true").saveAsTable(name)


def replace_table_with_rows(spark: "SparkSession", rows: "pd.DataFrame", schema: str, name: str) -> None:
    """Put rows that the driver holds in the place of the table's, in one commit, however many they are.

    Args:
        spark: the session.
        rows: columns in the order of the schema.
        schema: as Spark writes it: `customerID string, tenure int`.
        name: of the table.
    """
    if len(rows) <= ROWS_IN_ONE_MESSAGE:
        replace_table(spark.createDataFrame(rows, schema), name)
        return
    with arriving_table(spark, name) as arriving:
        replace_table(spark.createDataFrame(rows.iloc[:0], schema), arriving)
        for start in range(0, len(rows), ROWS_IN_ONE_MESSAGE):
            part = spark.createDataFrame(rows.iloc[start : start + ROWS_IN_ONE_MESSAGE], schema)
            # Not mode("append").saveAsTable: Sail 0.7 looks for the columns in small letters then.
            part.write.insertInto(arriving)
        replace_table(spark.table(arriving), name)


@contextmanager
def arriving_table(spark: "SparkSession", name: str) -> Iterator[str]:
    """The name of a table beside another, for rows on their way to it; dropped in the end."""
    arriving = f"{name}_arriving_{uuid4().hex[:8]}"
    try:
        yield arriving
    finally:
        spark.sql(f"DROP TABLE IF EXISTS {arriving}")


def drop_table(spark: "SparkSession", name: str) -> bool:
    """Drop a table if it exists; whether it did."""
    existed: bool = spark.catalog.tableExists(name)
    if existed:
        spark.sql(f"DROP TABLE {name}")
    return existed


def table_at(spark: "SparkSession", name: str, version: int) -> "DataFrame":
    """The rows that a Delta table had at a version."""
    return spark.read.option("versionAsOf", version).table(name)


def current_version(spark: "SparkSession", name: str) -> int:
    """The newest version of a Delta table."""
    try:
        return int(spark.sql(f"DESCRIBE HISTORY {name} LIMIT 1").collect()[0]["version"])
    except IllegalArgumentException:  # an engine without DESCRIBE HISTORY: ask which versions it can read
        return newest(lambda version: _is_readable(spark, name, version))


def newest(is_readable: Callable[[int], bool]) -> int:
    """The last readable version, where all up to it are readable and none after it; about 2 log2(n) questions."""
    above = 1
    while is_readable(above):
        above *= 2
    below = above // 2
    while above - below > 1:
        middle = (above + below) // 2
        below, above = (middle, above) if is_readable(middle) else (below, middle)
    return below


def _is_readable(spark: "SparkSession", name: str, version: int) -> bool:
    try:
        return bool(table_at(spark, name, version).schema)
    except AnalysisException:
        return False
