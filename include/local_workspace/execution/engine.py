"""The Spark of a run: a Sail server in the run's own process, whose session knows the workspace's tables.

The session belongs to the run: `spark.stop()` closes the code's own client of it, and no more. Temporary views end
with the run.

Python functions in a query run inside the server's process, so it has to be one that can import the run's wheel. Sail's
catalog lives as long as a session: tables are registered before the code starts and read back after it.
"""

import os
import re
import uuid
from collections.abc import Callable, Iterator
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
_MARK = "local_workspace.session"
_DESCRIPTION = re.compile(
    r"^Type: (?P<type>.*?)$(?:.*?^Provider: (?P<provider>.*?)$)?(?:.*?^Comment: (?P<comment>.*?)$)?"
    r".*?^Location: (?P<location>[^\n]*)\nSchema: ",
    re.DOTALL | re.MULTILINE,
)


class SessionLostError(Exception):
    """Raised when the tables of a run cannot be read back."""


class Session:
    """A client of a run's session, for what the session knows by name."""

    def __init__(self, spark: Any) -> None:
        self._spark = spark

    def use(self, catalog: Catalog, warehouse: str) -> None:
        """Make the tables of the workspace known, before any code runs."""
        self._spark.conf.set(_MARK, "set")
        self._spark.conf.set("spark.sql.warehouse.dir", warehouse)
        self._spark.conf.set("spark.sql.sources.default", "delta")
        self._spark.sql("DROP DATABASE main.default")
        for database in catalog["databases"]:
            self._spark.sql(_create_database(database))
        for table in catalog["tables"]:
            self._spark.sql(_create_table(table))

    def catalog(self) -> Catalog:
        """Read back what the session knows now.

        Raises:
            SessionLostError: this is another session than the one that got the tables: what it lacks was not dropped.
        """
        if self._spark.conf.get(_MARK, "") != "set":
            raise SessionLostError("The session in which the run began has ended.")
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
def session(catalog: Catalog, warehouse: str) -> Iterator[Callable[[], Catalog]]:
    """Start the engine and the session that `SparkSession.builder.getOrCreate()` will find, from any thread.

    The session's id is part of `SPARK_REMOTE`, so that a process which the code starts joins the same session. The
    result reads the catalog back, by a client of its own: the code may have stopped the first.
    """
    os.environ.update(SETTINGS)
    from pysail.spark import SparkConnectServer
    from pyspark.sql.connect.client import SparkConnectClient
    from pyspark.sql.connect.session import SparkSession

    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    remote = os.environ["SPARK_REMOTE"] = f"sc://127.0.0.1:{port}/;user_id=local;session_id={uuid.uuid4()}"
    SparkConnectClient.release_session = lambda _client: None
    Session(SparkSession.builder.remote(remote).getOrCreate()).use(catalog, warehouse)
    yield lambda: Session(SparkSession.builder.remote(remote).create()).catalog()
    server.stop()
