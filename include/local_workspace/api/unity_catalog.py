"""`/api/2.1/unity-catalog/*`: what there is, to look at. Tables are made by runs, volumes by uploads."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from local_workspace.api.shapes import CREATOR, Json
from local_workspace.api.versions import versioned
from local_workspace.errors import MissingSecurableError
from local_workspace.execution.order import Table
from local_workspace.http.requests import fields
from local_workspace.securables import CATALOG, Securables


class OfCatalog(BaseModel):
    catalog_name: str


class OfSchema(OfCatalog):
    schema_name: str


@dataclass(frozen=True)
class UnityCatalogApi:
    """The endpoints over what there is."""

    securables: Securables

    def router(self) -> APIRouter:
        return versioned(
            "unity-catalog",
            ("2.1",),
            {
                ("GET", "catalogs"): self.list_catalogs,
                ("GET", "catalogs/{name}"): self.get_catalog,
                ("GET", "schemas"): self.list_schemas,
                ("GET", "schemas/{full_name}"): self.get_schema,
                ("GET", "volumes"): self.list_volumes,
                ("GET", "volumes/{full_name}"): self.get_volume,
                ("GET", "tables"): self.list_tables,
                ("GET", "tables/{full_name}"): self.get_table,
            },
        )

    async def list_catalogs(self) -> Json:
        return {"catalogs": [_catalog(name) for name in self.securables.catalogs()]}

    async def get_catalog(self, name: str) -> Json:
        if name not in self.securables.catalogs():
            raise MissingSecurableError("Catalog", name)
        return _catalog(name)

    async def list_schemas(self, asked: Annotated[OfCatalog, fields(OfCatalog)]) -> Json:
        catalog = asked.catalog_name
        return {"schemas": [_schema(catalog, name) for name in self.securables.schemas(catalog)]}

    async def get_schema(self, full_name: str) -> Json:
        return _schema(*self.securables.schema(full_name))

    async def list_volumes(self, asked: Annotated[OfSchema, fields(OfSchema)]) -> Json:
        names = self.securables.volumes(asked.catalog_name, asked.schema_name)
        return {"volumes": [_volume(asked.catalog_name, asked.schema_name, name) for name in names]}

    async def get_volume(self, full_name: str) -> Json:
        return _volume(*self.securables.volume(full_name))

    async def list_tables(self, asked: Annotated[OfSchema, fields(OfSchema)]) -> Json:
        return {"tables": [_table(table) for table in self.securables.tables(asked.catalog_name, asked.schema_name)]}

    async def get_table(self, full_name: str) -> Json:
        return _table(self.securables.table(full_name))


def _catalog(name: str) -> Json:
    return {"name": name, "full_name": name, "owner": CREATOR, "catalog_type": "MANAGED_CATALOG"}


def _schema(catalog: str, name: str) -> Json:
    return {"name": name, "full_name": f"{catalog}.{name}", "catalog_name": catalog, "owner": CREATOR}


def _volume(catalog: str, schema: str, name: str) -> Json:
    return {
        "name": name,
        "full_name": f"{catalog}.{schema}.{name}",
        "catalog_name": catalog,
        "schema_name": schema,
        "owner": CREATOR,
        "volume_type": "MANAGED",
        "storage_location": f"/Volumes/{catalog}/{schema}/{name}",
    }


def _table(table: Table) -> Json:
    return {
        "name": table["name"],
        "full_name": f"{CATALOG}.{table['database']}.{table['name']}",
        "catalog_name": CATALOG,
        "schema_name": table["database"],
        "owner": CREATOR,
        "table_type": "MANAGED",
        "data_source_format": table["provider"].upper(),
        "storage_location": table["location"],
        "comment": table["comment"],
    }
