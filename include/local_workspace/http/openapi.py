"""The description of the API: what handlers read themselves, the framework cannot know."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from local_workspace.http.requests import Reader

Json = dict[str, Any]
_REFERENCE = "#/components/schemas/"


def describe_fields(app: FastAPI) -> None:
    """Let `/openapi.json` tell the fields of all routes: as query of a GET, as body of all others."""

    def describe() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign] # the way that the framework's documentation gives


def _described(app: FastAPI) -> Json:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    read = list(_read_by(app))
    references, definitions = models_json_schema(
        [(model, "validation") for _, model in read], ref_template=_REFERENCE + "{model}"
    )
    schemas: Json = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(definitions.get("$defs", {}))
    for route, model in read:
        reference = references[model, "validation"]
        for method in route.methods:
            operation = document["paths"][route.path_format][method.lower()]
            _add(operation, reference, schemas[reference["$ref"].removeprefix(_REFERENCE)], is_query=method == "GET")
    return document


def _read_by(app: FastAPI) -> Iterator[tuple[APIRoute, type[BaseModel]]]:
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for dependency in route.dependant.dependencies:
                if isinstance(dependency.call, Reader):
                    yield route, dependency.call.model


def _add(operation: Json, reference: Json, schema: Json, *, is_query: bool) -> None:
    if not is_query:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
        return
    required = schema.get("required", [])
    operation.setdefault("parameters", []).extend(
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in schema.get("properties", {}).items()
    )
