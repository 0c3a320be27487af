"""Registering handlers under every version that clients ask for."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

Handler = Callable[..., Any]
JOBS = ("2.2", "2.1", "2.0")


def versioned(prefix: str, versions: tuple[str, ...], handlers: dict[tuple[str, str], Handler]) -> APIRouter:
    """A router for endpoints that mean the same in several versions of the API; the first is the documented one.

    Args:
        prefix: what comes between the version and the handler's own path, such as `jobs/runs`.
        versions: for instance `("2.2", "2.1")`.
        handlers: handlers by method and path.
    """
    router = APIRouter()
    for version in versions:
        for (method, path), handler in handlers.items():
            router.add_api_route(
                f"/api/{version}/{prefix}/{path}",
                handler,
                methods=[method],
                include_in_schema=version == versions[0],
            )
    return router
