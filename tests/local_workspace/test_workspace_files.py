"""The workspace tree: imports, exports, notebooks, and the errors that its clients know."""

import base64
from collections.abc import Callable

import pytest
from databricks.sdk.errors import BadRequest, DatabricksError, NotFound, ResourceAlreadyExists
from databricks.sdk.mixins.workspace import WorkspaceExt
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language, ObjectType
from tests.local_workspace.support import Lab

HOME = "/Users/local"
KNOWN = f"{HOME}/known/file"
HEADER = b"# Databricks notebook source\n"
Call = Callable[[WorkspaceExt], object]


@pytest.fixture(scope="module")
def tree(storage: Lab) -> WorkspaceExt:
    storage.client.workspace.mkdirs(f"{HOME}/known")
    storage.client.workspace.upload(KNOWN, b"known", format=ImportFormat.AUTO, overwrite=True)
    return storage.client.workspace


def test_a_file_comes_back_as_it_was_imported(tree: WorkspaceExt) -> None:
    content = bytes(range(256)) * 1000
    tree.upload(f"{HOME}/form.bin", content, format=ImportFormat.AUTO)
    assert tree.download(f"{HOME}/form.bin").read() == content
    tree.import_(f"{HOME}/json.bin", content=base64.b64encode(content).decode(), format=ImportFormat.AUTO)
    exported = tree.export(f"/Workspace{HOME}/json.bin", format=ExportFormat.AUTO)
    assert (base64.b64decode(exported.content), exported.file_type) == (content, "bin")


def test_a_source_with_a_language_becomes_a_notebook(tree: WorkspaceExt) -> None:
    tree.upload(f"{HOME}/notebook", b"print(1)", language=Language.PYTHON)
    status = tree.get_status(f"{HOME}/notebook")
    assert (status.object_type, status.language) == (ObjectType.NOTEBOOK, Language.PYTHON)
    exported = tree.export(f"{HOME}/notebook")
    assert (base64.b64decode(exported.content), exported.file_type) == (HEADER + b"print(1)", "py")


def test_a_file_that_begins_like_a_notebook_is_taken_for_one_without_its_suffix(tree: WorkspaceExt) -> None:
    tree.upload(f"{HOME}/taken.py", HEADER, format=ImportFormat.AUTO)
    assert tree.get_status(f"{HOME}/taken").object_type == ObjectType.NOTEBOOK


def test_directories_are_listed_with_all_that_is_in_them(tree: WorkspaceExt) -> None:
    tree.mkdirs(f"{HOME}/listed/below")
    tree.upload(f"{HOME}/listed/file", b"123", format=ImportFormat.AUTO)
    tree.upload(f"{HOME}/listed/below/note", b"", language=Language.SQL)
    listed = {entry.path: (entry.object_type, entry.size) for entry in tree.list(f"{HOME}/listed")}
    assert listed == {
        f"{HOME}/listed/below": (ObjectType.DIRECTORY, None),
        f"{HOME}/listed/file": (ObjectType.FILE, 3),
    }
    below = [entry.path for entry in tree.list(f"{HOME}/listed", recursive=True)]
    assert below == [f"{HOME}/listed/file", f"{HOME}/listed/below/note"]
    assert [entry.path for entry in tree.list(f"{HOME}/listed/file")] == [f"{HOME}/listed/file"]
    assert {entry.path for entry in tree.list("/")} >= {"/Shared", "/Users"}


def test_an_object_keeps_its_id(tree: WorkspaceExt) -> None:
    before = tree.get_status(KNOWN).object_id
    tree.upload(KNOWN, b"known", format=ImportFormat.AUTO, overwrite=True)
    assert tree.get_status(KNOWN).object_id == before


def test_a_directory_is_deleted_with_all_that_is_in_it_when_that_is_asked(tree: WorkspaceExt) -> None:
    tree.mkdirs(f"{HOME}/deleted/below")
    with pytest.raises(BadRequest) as refused:
        tree.delete(f"{HOME}/deleted")
    assert refused.value.error_code == "DIRECTORY_NOT_EMPTY"
    tree.delete(f"{HOME}/deleted", recursive=True)
    with pytest.raises(NotFound):
        tree.get_status(f"{HOME}/deleted")


@pytest.mark.parametrize(
    ("call", "kind", "code"),
    [
        (lambda api: api.get_status("/absent"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.export("/absent"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.delete("/absent"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: list(api.list("/absent")), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.import_("/absent/x", format=ImportFormat.AUTO), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.import_(KNOWN, format=ImportFormat.AUTO), ResourceAlreadyExists, "RESOURCE_ALREADY_EXISTS"),
        (lambda api: api.mkdirs(f"{KNOWN}/below"), ResourceAlreadyExists, "RESOURCE_ALREADY_EXISTS"),
        (lambda api: api.import_(f"{HOME}/x", format=ImportFormat.DBC), BadRequest, "INVALID_PARAMETER_VALUE"),
        (lambda api: api.import_(f"{HOME}/x", format=ImportFormat.SOURCE), BadRequest, "INVALID_PARAMETER_VALUE"),
        (lambda api: api.export(HOME), BadRequest, "INVALID_PARAMETER_VALUE"),
        (lambda api: api.delete("/", recursive=True), BadRequest, "INVALID_PARAMETER_VALUE"),
        (
            lambda api: api.import_(f"{HOME}/x", format=ImportFormat.AUTO, content="A" * (15 << 20)),
            BadRequest,
            "MAX_NOTEBOOK_SIZE_EXCEEDED",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_as_databricks_refuses_it(
    tree: WorkspaceExt, call: Call, kind: type[DatabricksError], code: str
) -> None:
    with pytest.raises(kind) as refused:
        call(tree)
    assert refused.value.error_code == code
