"""The Spark of a run: a Sail server in the run's own process, whose session knows the workspace's tables.

Python functions in a query run inside the server's process, so it has to be one that can import the run's wheel. Sail's
catalog lives as long as a session: tables are registered before the code starts and read back after it.
"""

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local_workspace.execution.order import Catalog, Database, Table

SETTINGS = {
    "SAIL_CATALOG__LIST": '[{name="main", type="memory", initial_database=["default"], initial_database_comment=""}]',
    "SAIL_CATALOG__DEFAULT_CATALOG": "main",
    # The tables are lost with the session, and a job may fit a model for an hour without asking Spark anything.
    "SAIL_SPARK__SESSION_TIMEOUT_SECS": str(7 * 24 * 3600),
    "RUST_LOG": "error",
}
_DESCRIPTION = re.compile(
    r"^Type: (?P<type>.*?)$(?:.*?^Provider: (?P<provider>.*?)$)?(?:.*?^Comment: (?P<comment>.*?)$)?"
    r".*?^Location: (?P<location>[^\n]*)\nSchema: ",
    re.DOTALL | re.MULTILINE,
)


class Session:
    """The session of a run, and what it knows by name."""

    def __init__(self, spark: Any) -> None:
        self._spark = spark

    def use(self, catalog: Catalog, warehouse: str) -> None:
        """Make the tables of the workspace known, before any code runs."""
        self._spark.conf.set("spark.sql.warehouse.dir", warehouse)
        self._spark.conf.set("spark.sql.sources.default", "delta")
        self._spark.sql("DROP DATABASE main.default")
        for database in catalog["databases"]:
            self._spark.sql(_create_database(database))
        for table in catalog["tables"]:
            self._spark.sql(_create_table(table))

    def catalog(self) -> Catalog | None:
        """Read back what the session knows now; None when the code has ended the session."""
        databases = [
            Database(name=found.name, location=found.locationUri or "", comment=found.description or "")
            for found in self._spark.catalog.listDatabases()
        ]
        tables = [table for database in databases for table in self._tables(database["name"])]
        return Catalog(databases=databases, tables=tables)

    def _tables(self, database: str) -> list[Table]:
        rows = self._spark.sql(f"SHOW TABLE EXTENDED IN main.{_quoted(database)} LIKE '*'").collect()
        return [table for row in rows if not row.isTemporary and (table := _described(row)) is not None]


def _described(row: Any) -> Table | None:
    """A table by its description; None for what has no files, such as a view."""
    found = _DESCRIPTION.search(row.information)
    if found is None:
        return None
    return Table(
        database=row.database,
        name=row.tableName,
        provider=found["provider"] or "delta",
        location=found["location"],
        comment=found["comment"] or "",
    )


def _create_database(database: Database) -> str:
    location = f" LOCATION {_text(database['location'])}" if database["location"] else ""
    return f"CREATE DATABASE main.{_quoted(database['name'])} COMMENT {_text(database['comment'])}{location}"


def _create_table(table: Table) -> str:
    name = f"main.{_quoted(table['database'])}.{_quoted(table['name'])}"
    comment = f" COMMENT {_text(table['comment'])}" if table["comment"] else ""
    return f"CREATE TABLE {name} USING {table['provider']}{comment} LOCATION {_text(table['location'])}"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


@contextmanager
def session(catalog: Catalog, warehouse: str) -> Iterator[Session]:
    """Start the engine and the session that `SparkSession.builder.getOrCreate()` will find, from any thread.

    The session's id is part of `SPARK_REMOTE`, so that a process which the code starts joins the same session.
    """
    os.environ.update(SETTINGS)
    from pysail.spark import SparkConnectServer
    from pyspark.sql.connect.session import SparkSession

    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    os.environ["SPARK_REMOTE"] = f"sc://127.0.0.1:{port}/;session_id={uuid.uuid4()}"
    spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
    session = Session(spark)
    session.use(catalog, warehouse)
    yield session
    server.stop()
