"""Reading a request into a typed object.

Fields may come in the query string or in a JSON body, whatever the method: the provider's asynchronous hook sends the
parameters of a GET as a body.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from local_workspace.errors import InvalidParameterError, MalformedRequestError

Model = TypeVar("Model", bound=BaseModel)

NOT_JSON = "Invalid JSON given in the body of the request - failed to parse given JSON"


def fields(model: type[Model]) -> Any:
    """A dependency that gives a handler the request's fields as this model."""
    return Depends(reader(model))


def reader(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """The reading itself; raises the errors that Databricks answers with."""

    async def read(request: Request) -> Model:
        return checked(model, {**dict(request.query_params), **_object(await request.body())})

    return read


def checked(model: type[Model], values: dict[str, Any]) -> Model:
    """Validate; the first fault found is the message.

    Raises:
        InvalidParameterError: a field is missing or has a value that cannot be used.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidParameterError(_first_fault(error)) from None


def _object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        values = json.loads(body)
    except ValueError:
        raise MalformedRequestError(NOT_JSON) from None
    if not isinstance(values, dict):
        raise MalformedRequestError(NOT_JSON)
    return values


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "missing":
        return f"Missing required field: {name}"
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    return f"Invalid value for field '{name}': {fault['msg']}, got {fault['input']!r}"
