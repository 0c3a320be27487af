"""Catalogs, schemas, tables and volumes by their names, as they are known from the tables and from the files."""

from dataclasses import dataclass
from pathlib import Path

from local_workspace.catalog import CatalogStore
from local_workspace.errors import MissingSecurableError
from local_workspace.execution.order import Table

CATALOG = "main"


@dataclass(frozen=True)
class Securables:
    """What Unity Catalog would list. A volume is a directory; so is a schema, or a catalog, that holds volumes only."""

    store: CatalogStore
    volumes_root: Path

    def catalogs(self) -> list[str]:
        return sorted({CATALOG, *_directories(self.volumes_root)})

    def schemas(self, catalog: str) -> list[str]:
        """Names of the schemas of a catalog.

        Raises:
            MissingSecurableError: there is no such catalog.
        """
        if catalog not in self.catalogs():
            raise MissingSecurableError("Catalog", catalog)
        of_tables = {database["name"] for database in self.store.read()["databases"]} if catalog == CATALOG else set()
        return sorted({*of_tables, *_directories(self.volumes_root / catalog)})

    def volumes(self, catalog: str, schema: str) -> list[str]:
        """Names of the volumes of a schema.

        Raises:
            MissingSecurableError: there is no such catalog or schema.
        """
        if schema not in self.schemas(catalog):
            raise MissingSecurableError("Schema", f"{catalog}.{schema}")
        return sorted(_directories(self.volumes_root / catalog / schema))

    def tables(self, catalog: str, schema: str) -> list[Table]:
        """The tables of a schema.

        Raises:
            MissingSecurableError: there is no such catalog or schema.
        """
        if schema not in self.schemas(catalog):
            raise MissingSecurableError("Schema", f"{catalog}.{schema}")
        found = self.store.read()["tables"] if catalog == CATALOG else []
        return sorted((table for table in found if table["database"] == schema), key=lambda table: table["name"])

    def schema(self, full_name: str) -> tuple[str, str]:
        """Split the name of a schema that there is.

        Raises:
            MissingSecurableError: there is none.
        """
        catalog, _, name = full_name.partition(".")
        if name not in self.schemas(catalog):
            raise MissingSecurableError("Schema", full_name)
        return catalog, name

    def volume(self, full_name: str) -> tuple[str, str, str]:
        """Split the name of a volume that there is.

        Raises:
            MissingSecurableError: there is none.
        """
        catalog, schema, name = _three("Volume", full_name)
        if name not in self.volumes(catalog, schema):
            raise MissingSecurableError("Volume", full_name)
        return catalog, schema, name

    def table(self, full_name: str) -> Table:
        """Return a table.

        Raises:
            MissingSecurableError: there is none of this name.
        """
        catalog, schema, name = _three("Table", full_name)
        found = next((table for table in self.tables(catalog, schema) if table["name"] == name), None)
        if found is None:
            raise MissingSecurableError("Table", full_name)
        return found


def _three(kind: str, full_name: str) -> tuple[str, str, str]:
    parts = full_name.split(".")
    if len(parts) != 3:
        raise MissingSecurableError(kind, full_name)
    return parts[0], parts[1], parts[2]


def _directories(path: Path) -> set[str]:
    return {child.name for child in path.iterdir() if child.is_dir()} if path.is_dir() else set()
