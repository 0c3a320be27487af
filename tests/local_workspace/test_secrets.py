"""Secrets: kept for their owner only, and the errors that their clients know."""

import base64
from collections.abc import Callable

import pytest
from databricks.sdk.errors import BadRequest, DatabricksError, NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import AclPermission, SecretsAPI
from tests.local_workspace.support import Lab

SCOPE = "tests"
Call = Callable[[SecretsAPI], object]


@pytest.fixture(scope="module")
def secrets(storage: Lab) -> SecretsAPI:
    api = storage.client.secrets
    api.create_scope(SCOPE)
    api.put_secret(SCOPE, "known", string_value="a known value")
    return api


def test_a_secret_comes_back_as_it_was_put(secrets: SecretsAPI) -> None:
    secrets.put_secret(SCOPE, "text", string_value="käse")
    secrets.put_secret(SCOPE, "bytes", bytes_value=base64.b64encode(b"\xff\x00").decode())
    assert base64.b64decode(secrets.get_secret(SCOPE, "text").value).decode() == "käse"
    assert base64.b64decode(secrets.get_secret(SCOPE, "bytes").value) == b"\xff\x00"


def test_secrets_are_listed_without_their_values_and_deleted(secrets: SecretsAPI) -> None:
    secrets.create_scope("listed")
    secrets.put_secret("listed", "b", string_value="")
    secrets.put_secret("listed", "a", string_value="")
    listed = list(secrets.list_secrets("listed"))
    assert [metadata.key for metadata in listed] == ["a", "b"]
    assert all(metadata.last_updated_timestamp for metadata in listed)
    secrets.delete_secret("listed", "a")
    assert [metadata.key for metadata in secrets.list_secrets("listed")] == ["b"]


def test_a_scope_goes_with_all_that_is_in_it(secrets: SecretsAPI) -> None:
    secrets.create_scope("going")
    assert "going" in {scope.name for scope in secrets.list_scopes()}
    secrets.delete_scope("going")
    assert "going" not in {scope.name for scope in secrets.list_scopes()}


def test_permissions_are_kept(secrets: SecretsAPI) -> None:
    secrets.put_acl(SCOPE, "data-scientists", AclPermission.READ)
    assert secrets.get_acl(SCOPE, "data-scientists").permission == AclPermission.READ
    assert {acl.principal for acl in secrets.list_acls(SCOPE)} == {"data-scientists", "local"}
    secrets.delete_acl(SCOPE, "data-scientists")
    with pytest.raises(NotFound):
        secrets.get_acl(SCOPE, "data-scientists")


def test_only_the_owner_can_read_the_file(storage: Lab, secrets: SecretsAPI) -> None:
    secrets.put_secret(SCOPE, "known", string_value="a known value")
    assert (storage.server.root / "secrets.json").stat().st_mode & 0o077 == 0
    assert storage.server.root.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("call", "kind", "code"),
    [
        (lambda api: api.get_secret(SCOPE, "absent"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.get_secret("absent", "absent"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.put_secret("absent", "k", string_value="v"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: list(api.list_secrets("absent")), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.delete_scope("absent"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.create_scope(SCOPE), ResourceAlreadyExists, "RESOURCE_ALREADY_EXISTS"),
        (lambda api: api.create_scope("no/slash"), BadRequest, "INVALID_PARAMETER_VALUE"),
        (lambda api: api.put_secret(SCOPE, "k"), BadRequest, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_what_cannot_be_done_is_refused_as_databricks_refuses_it(
    secrets: SecretsAPI, call: Call, kind: type[DatabricksError], code: str
) -> None:
    with pytest.raises(kind) as refused:
        call(secrets)
    assert refused.value.error_code == code


def test_the_current_user_is_the_one_user(storage: Lab) -> None:
    me = storage.client.current_user.me()
    assert (me.user_name, me.active, [group.display for group in me.groups]) == ("local", True, ["admins"])
    assert storage.client.get_workspace_id() == 0
