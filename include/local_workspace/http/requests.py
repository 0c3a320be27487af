"""Reading a request into a typed object.

Fields may come in the query string, in a JSON body or in a form, whatever the method: the provider's asynchronous hook
sends the parameters of a GET as a body.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, ValidationError, WithJsonSchema
from starlette.datastructures import UploadFile

from local_workspace.errors import InvalidParameterError, MalformedRequestError, RequestTooLargeError

Model = TypeVar("Model", bound=BaseModel)

NOT_JSON = "Invalid JSON given in the body of the request - failed to parse given JSON"
MAX_BODY = 16 * 1024 * 1024
"""Bytes; a file of 10 MB as Base64, and more than any job has."""
_SHOWN = 200


def _from_base64(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("Contents have to be encoded as Base64.") from None


Base64 = Annotated[bytes, BeforeValidator(_from_base64), WithJsonSchema({"type": "string", "format": "byte"})]
"""Encoded in JSON, as it is in a form."""


@dataclass(frozen=True)
class Reader(Generic[Model]):
    """Reads one kind of request; raises the errors that Databricks answers with."""

    model: type[Model]

    async def __call__(self, request: Request) -> Model:
        return checked(self.model, {**dict(request.query_params), **await _body(request)})


def fields(model: type[BaseModel]) -> Any:
    """A dependency that gives a handler the request's fields as this model."""
    return Depends(Reader(model))


def checked(model: type[Model], values: dict[str, Any]) -> Model:
    """Validate; the first fault found is the message.

    Raises:
        InvalidParameterError: a field is missing or has a value that cannot be used.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidParameterError(first_fault(error.errors(include_url=False))) from None


def first_fault(faults: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong, in a sentence that names the field and its value."""
    fault = faults[0]
    name = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "missing":
        return f"Missing required field: {name}"
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    value = repr(fault["input"])
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..."
    return f"Invalid value for field '{name}': {fault['msg']}, got {shown}"


async def _body(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _form(request)
    return _object(await _bytes(request))


async def _form(request: Request) -> dict[str, Any]:
    async with request.form() as form:
        return {name: await _content(value) if isinstance(value, UploadFile) else value for name, value in form.items()}


async def _content(file: UploadFile) -> bytes:
    if (file.size or 0) > MAX_BODY:
        raise _too_large()
    return await file.read()


async def _bytes(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise _too_large()
    return bytes(body)


def _too_large() -> RequestTooLargeError:
    return RequestTooLargeError(f"The request has more than {MAX_BODY} bytes. Files go through the Files API.")


def _object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        values = json.loads(body)
        # Infinite numbers and halves of characters can be read, but never be answered with.
        json.dumps(values, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise MalformedRequestError(NOT_JSON) from None
    if not isinstance(values, dict):
        raise MalformedRequestError(NOT_JSON)
    return values
