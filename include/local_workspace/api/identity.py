"""Who one is, and what every new client asks first."""

from typing import Any

from fastapi import APIRouter, Response

from local_workspace.root import USER

WORKSPACE_ID = "0"
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"


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
            "schemas": [_USER],
            "id": "1",
            "userName": USER,
            "displayName": "Local workspace",
            "name": {"givenName": "Local", "familyName": "workspace"},
            "active": True,
            "emails": [{"type": "work", "value": f"{USER}@localhost", "primary": True}],
            "groups": [{"display": "admins", "type": "direct", "value": "1", "$ref": "Groups/1"}],
            "entitlements": [{"value": "workspace-access"}, {"value": "allow-cluster-create"}],
        }

    return api
