"""`/api/2.0/secrets/*`: scopes, secrets and who may do what with them."""

import base64
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from local_workspace.http.requests import Base64, fields
from local_workspace.root import USER
from local_workspace.storage.secrets import SecretStore

Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\w\-@.]+$")]
MAX_SECRET = 128 * 1024
ALL_USERS = "users"


class NewScope(BaseModel):
    scope: Name
    initial_manage_principal: Literal["users"] | None = None
    scope_backend_type: Literal["DATABRICKS"] = "DATABRICKS"


class OneScope(BaseModel):
    scope: str


class OneSecret(OneScope):
    key: str


class NewSecret(OneScope):
    key: Name
    string_value: str | None = Field(None, max_length=MAX_SECRET)
    bytes_value: Base64 | None = Field(None, max_length=MAX_SECRET)

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if (self.string_value is None) == (self.bytes_value is None):
            raise ValueError("Exactly one of string_value and bytes_value must be specified.")
        return self

    @property
    def value(self) -> bytes:
        return self.bytes_value if self.bytes_value is not None else (self.string_value or "").encode()


class OnePermission(OneScope):
    principal: str


class NewPermission(OneScope):
    principal: str = Field(min_length=1)
    permission: Literal["READ", "WRITE", "MANAGE"]


@dataclass(frozen=True)
class SecretsApi:
    """The endpoints over a store."""

    store: SecretStore

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/2.0/secrets")
        for method, path, handler in (
            ("POST", "scopes/create", self.create_scope),
            ("POST", "scopes/delete", self.delete_scope),
            ("GET", "scopes/list", self.list_scopes),
            ("POST", "put", self.put),
            ("GET", "get", self.get),
            ("POST", "delete", self.delete),
            ("GET", "list", self.list_secrets),
            ("POST", "acls/put", self.permit),
            ("GET", "acls/get", self.get_permission),
            ("GET", "acls/list", self.list_permissions),
            ("POST", "acls/delete", self.forbid),
        ):
            router.add_api_route(f"/{path}", handler, methods=[method])
        return router

    async def create_scope(self, asked: Annotated[NewScope, fields(NewScope)]) -> dict[str, Any]:
        self.store.create_scope(asked.scope, manager=asked.initial_manage_principal or USER)
        return {}

    async def delete_scope(self, asked: Annotated[OneScope, fields(OneScope)]) -> dict[str, Any]:
        self.store.delete_scope(asked.scope)
        return {}

    async def list_scopes(self) -> dict[str, Any]:
        return {"scopes": [{"name": name, "backend_type": "DATABRICKS"} for name in self.store.names]}

    async def put(self, asked: Annotated[NewSecret, fields(NewSecret)]) -> dict[str, Any]:
        self.store.put(asked.scope, asked.key, base64.b64encode(asked.value).decode())
        return {}

    async def get(self, asked: Annotated[OneSecret, fields(OneSecret)]) -> dict[str, Any]:
        return {"key": asked.key, "value": self.store.secret(asked.scope, asked.key).value}

    async def delete(self, asked: Annotated[OneSecret, fields(OneSecret)]) -> dict[str, Any]:
        self.store.delete(asked.scope, asked.key)
        return {}

    async def list_secrets(self, asked: Annotated[OneScope, fields(OneScope)]) -> dict[str, Any]:
        found = self.store.scope(asked.scope).secrets
        return {"secrets": [{"key": key, "last_updated_timestamp": found[key].put_at} for key in sorted(found)]}

    async def permit(self, asked: Annotated[NewPermission, fields(NewPermission)]) -> dict[str, Any]:
        self.store.permit(asked.scope, asked.principal, asked.permission)
        return {}

    async def get_permission(self, asked: Annotated[OnePermission, fields(OnePermission)]) -> dict[str, Any]:
        return {"principal": asked.principal, "permission": self.store.permission(asked.scope, asked.principal)}

    async def list_permissions(self, asked: Annotated[OneScope, fields(OneScope)]) -> dict[str, Any]:
        found = self.store.scope(asked.scope).permissions
        return {"items": [{"principal": name, "permission": permission} for name, permission in found.items()]}

    async def forbid(self, asked: Annotated[OnePermission, fields(OnePermission)]) -> dict[str, Any]:
        self.store.forbid(asked.scope, asked.principal)
        return {}
