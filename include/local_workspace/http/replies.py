"""Turning errors into replies, whichever layer they come from."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from local_workspace.errors import ApiError, EndpointNotFoundError, InvalidParameterError
from local_workspace.http.requests import first_fault


def reply_with(error: ApiError) -> JSONResponse:
    """The one shape of an error."""
    headers = {"X-Databricks-Reason-Phrase": error.message} if error.status in {401, 403} else None
    return JSONResponse({"error_code": error.code, "message": error.message}, error.status, headers)


def install_error_replies(app: FastAPI) -> None:
    """Answer every error of this app in Databricks' shape, the framework's own included."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(HTTPException, _framework_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(Exception, _unexpected_error)


async def _api_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return reply_with(error)


async def _invalid_request(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    where_and_what = [{**fault, "loc": fault["loc"][1:]} for fault in error.errors()]
    return reply_with(InvalidParameterError(first_fault(where_and_what)))


async def _framework_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code in {404, 405}:
        return reply_with(EndpointNotFoundError(f"No API found for '{request.method} {request.url.path}'"))
    return JSONResponse({"error_code": "BAD_REQUEST", "message": str(error.detail)}, error.status_code)


async def _unexpected_error(_request: Request, error: Exception) -> Response:
    return reply_with(ApiError(f"The local workspace failed: {type(error).__name__}. Its log has the traceback."))
