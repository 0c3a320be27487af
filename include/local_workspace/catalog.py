"""The tables of the catalog `main`: the truth about what exists, whatever files lie in the warehouse."""

import shutil
import sqlite3
from pathlib import Path

from local_workspace.execution.order import Catalog, Database, Table


class CatalogStore:
    """Databases and tables by name, kept between runs."""

    def __init__(self, database: sqlite3.Connection, warehouse: Path) -> None:
        """Start with the schema `default`, which every session expects."""
        self._database = database
        self._warehouse = warehouse
        with database:
            self._add_database(Database(name="default", location=str(warehouse / "default"), comment=""))

    def read(self) -> Catalog:
        """What a session has to know. A table whose files somebody deleted is left out, as no session would take it."""
        databases = self._database.execute("SELECT name, location, comment FROM catalog_databases ORDER BY name")
        tables = self._database.execute("SELECT database, name, provider, location, comment FROM catalog_tables")
        return Catalog(
            databases=[Database(**row) for row in map(dict, databases)],  # type: ignore[typeddict-item] # the columns are its keys
            tables=[Table(**row) for row in map(dict, tables) if _has_files(row["location"])],  # type: ignore[typeddict-item] # likewise
        )

    def unlisted(self) -> list[Table]:
        """Delta tables in the folders of the schemas that are not listed: runs are making them, or died over them."""
        known = self.read()
        listed = {table["location"] for table in known["tables"]}
        found = [
            (database, log.parent)
            for database in known["databases"]
            for log in Path(database["location"]).glob("*/_delta_log")
            if any(log.glob("*.json"))
        ]
        return [_found(database["name"], folder) for database, folder in found if str(folder) not in listed]

    def adopt(self, tables: list[Table]) -> None:
        """List what a run made that could not tell of it any more."""
        with self._database:
            for table in tables:
                self._put(table)

    def merge(self, before: Catalog, after: Catalog) -> None:
        """Take over what one run changed, and nothing else: others may have run beside it.

        Files of dropped tables go, if they are the warehouse's own and hold no table that is left.
        """
        dropped = [table for table in before["tables"] if _key(table) not in map(_key, after["tables"])]
        with self._database:
            for database in after["databases"]:
                self._add_database(database)
            for table in dropped:
                self._drop(table)
            for table in after["tables"]:
                if table not in before["tables"]:
                    self._put(table)
            self._drop_databases(
                {found["name"] for found in before["databases"]} - {d["name"] for d in after["databases"]}
            )
        for table in dropped:
            self._delete_files(Path(table["location"]).resolve())

    def _add_database(self, database: Database) -> None:
        location = database["location"] or str(self._warehouse / database["name"])
        self._database.execute(
            "INSERT OR IGNORE INTO catalog_databases VALUES (?, ?, ?)",
            (database["name"], location, database["comment"]),
        )

    def _drop_databases(self, names: set[str]) -> None:
        self._database.executemany("DELETE FROM catalog_databases WHERE name = ?", [(name,) for name in names])

    def _put(self, table: Table) -> None:
        columns = (table["database"], table["name"], table["provider"], table["location"], table["comment"])
        self._database.execute("INSERT OR REPLACE INTO catalog_tables VALUES (?, ?, ?, ?, ?)", columns)

    def _drop(self, table: Table) -> None:
        self._database.execute("DELETE FROM catalog_tables WHERE database = ? AND name = ?", _key(table))

    def _delete_files(self, location: Path) -> None:
        kept = [Path(table["location"]).resolve() for table in self.read()["tables"]]
        own = location.is_relative_to(self._warehouse) and location != self._warehouse
        if own and not any(table.is_relative_to(location) for table in kept):
            shutil.rmtree(location, ignore_errors=True)


def _found(database: str, folder: Path) -> Table:
    return Table(database=database, name=folder.name, provider="delta", location=str(folder), comment="")


def _has_files(location: str) -> bool:
    return not location.startswith("/") or Path(location).exists()


def _key(table: Table) -> tuple[str, str]:
    return table["database"], table["name"]
