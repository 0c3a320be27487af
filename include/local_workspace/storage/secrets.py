"""Secrets by scope and key, in a file that only its owner can read."""

import base64
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local_workspace.errors import ResourceAlreadyExistsError, ResourceNotFoundError
from local_workspace.storage.writing import replacing


@dataclass
class Secret:
    """A value, as Base64, and when it was put, in milliseconds."""

    value: str
    put_at: int

    @property
    def text(self) -> str:
        return base64.b64decode(self.value).decode(errors="replace")


@dataclass
class Scope:
    """What is kept under one name."""

    secrets: dict[str, Secret] = field(default_factory=dict)
    permissions: dict[str, str] = field(default_factory=dict)
    """READ, WRITE or MANAGE, by principal. They are kept, but there is one user only."""


class SecretStore:
    """All scopes. Every change is in the file before it is acknowledged."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._scopes = _read(file)

    @property
    def names(self) -> list[str]:
        return sorted(self._scopes)

    def texts(self) -> list[str]:
        """All values, as they would be printed."""
        return [secret.text for scope in self._scopes.values() for secret in scope.secrets.values()]

    def scope(self, name: str) -> Scope:
        if name not in self._scopes:
            raise ResourceNotFoundError(f"Scope {name} does not exist!")
        return self._scopes[name]

    def secret(self, scope: str, key: str) -> Secret:
        secrets = self.scope(scope).secrets
        if key not in secrets:
            raise ResourceNotFoundError(f"Secret does not exist with scope: {scope} and key: {key}")
        return secrets[key]

    def permission(self, scope: str, principal: str) -> str:
        permissions = self.scope(scope).permissions
        if principal not in permissions:
            raise ResourceNotFoundError(f"No permission of {principal} on scope {scope}.")
        return permissions[principal]

    def create_scope(self, name: str, manager: str) -> None:
        if name in self._scopes:
            raise ResourceAlreadyExistsError(f"Scope {name} already exists!")
        self._scopes[name] = Scope(permissions={manager: "MANAGE"})
        self._save()

    def delete_scope(self, name: str) -> None:
        self.scope(name)
        del self._scopes[name]
        self._save()

    def put(self, scope: str, key: str, value: str) -> None:
        self.scope(scope).secrets[key] = Secret(value, int(time.time() * 1000))
        self._save()

    def delete(self, scope: str, key: str) -> None:
        self.secret(scope, key)
        del self.scope(scope).secrets[key]
        self._save()

    def permit(self, scope: str, principal: str, permission: str) -> None:
        self.scope(scope).permissions[principal] = permission
        self._save()

    def forbid(self, scope: str, principal: str) -> None:
        self.permission(scope, principal)
        del self.scope(scope).permissions[principal]
        self._save()

    def _save(self) -> None:
        with replacing(lambda: self._file, self._file.parent) as output:  # which makes files for their owner only
            output.write(json.dumps({name: asdict(scope) for name, scope in self._scopes.items()}).encode())


def _read(file: Path) -> dict[str, Scope]:
    if not file.exists():
        return {}
    return {
        name: Scope({key: Secret(**secret) for key, secret in scope["secrets"].items()}, scope["permissions"])
        for name, scope in json.loads(file.read_text()).items()
    }
