"""Who one is, and what every new client asks first."""

from typing import Any

from fastapi import APIRouter, Response

from local_workspace.api.shapes import CREATOR

WORKSPACE_ID = "0"


def router() -> APIRouter:
    """The endpoints; they need no state."""
    api = APIRouter()

    @api.get("/.well-known/databricks-config")
    async def configuration() -> dict[str, Any]:
        return {}

    @api.get("/api/2.0/preview/scim/v2/Me")
    async def me(response: Response) -> dict[str, Any]:
        response.headers["X-Databricks-Org-Id"] = WORKSPACE_ID
        return {
            "id": "1",
            "userName": CREATOR,
            "displayName": "Local workspace",
            "active": True,
            "emails": [],
            "groups": [],
        }

    return api
