"""How the workspace itself is doing; for its own command line and for whoever starts it."""

from collections.abc import Callable

from fastapi import APIRouter

from local_workspace.lifetime import STATUS


def router(status: Callable[[], dict[str, object]]) -> APIRouter:
    """`/health` says that requests are answered, the status what is warm."""
    api = APIRouter()

    @api.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @api.get(STATUS)
    async def show_status() -> dict[str, object]:
        return status()

    return api
