"""DBFS: blocks in order, files whole or not at all, and the errors that its clients know."""

import base64
import os
from collections.abc import Callable
from io import BytesIO

import pytest
from databricks.sdk.errors import BadRequest, DatabricksError, NotFound, ResourceAlreadyExists
from databricks.sdk.service.files import DbfsAPI
from tests.local_workspace.support import Lab

MEBIBYTE = 1024 * 1024
Call = Callable[[DbfsAPI], object]


@pytest.fixture(scope="module")
def dbfs(storage: Lab) -> DbfsAPI:
    """The plain client: the SDK's extension would do some of the work itself."""
    api = DbfsAPI(storage.client.api_client)
    api.put("/known/file", contents=base64.b64encode(b"0123456789").decode(), overwrite=True)
    return api


def test_a_file_comes_back_as_it_was_sent_block_by_block(storage: Lab) -> None:
    content = os.urandom(2 * MEBIBYTE + 1)
    storage.client.dbfs.upload("dbfs:/blocks/large", BytesIO(content))
    assert storage.client.dbfs.get_status("/blocks/large").file_size == len(content)
    with storage.client.dbfs.download("/blocks/large") as file:
        assert file.read() == content


def test_nobody_sees_a_file_before_it_is_closed(storage: Lab, dbfs: DbfsAPI) -> None:
    handle = dbfs.create("/blocks/open").handle
    dbfs.add_block(handle, base64.b64encode(b"first").decode())
    assert not storage.client.dbfs.exists("/blocks/open")
    dbfs.close(handle)
    assert dbfs.get_status("/blocks/open").file_size == 5
    with pytest.raises(NotFound, match="No file is open"):
        dbfs.close(handle)


def test_a_section_of_a_file_is_read(dbfs: DbfsAPI) -> None:
    read = dbfs.read("/known/file", offset=7, length=2)
    assert (read.bytes_read, base64.b64decode(read.data)) == (2, b"78")
    assert dbfs.read("/known/file", offset=10).bytes_read in {0, None}


def test_files_are_listed_with_their_paths_and_sizes(dbfs: DbfsAPI) -> None:
    dbfs.mkdirs("/listed/directory")
    dbfs.put("dbfs:/listed/file", contents=base64.b64encode(b"123").decode())
    listed = [(file.path, file.is_dir, file.file_size) for file in dbfs.list("dbfs:/listed")]
    assert listed == [("/listed/directory", True, 0), ("/listed/file", False, 3)]
    assert [file.path for file in dbfs.list("/listed/file")] == ["/listed/file"]
    assert dbfs.get_status("/").is_dir


def test_a_file_is_moved_and_deleted(storage: Lab, dbfs: DbfsAPI) -> None:
    dbfs.put("/moved/from", contents="")
    dbfs.move("/moved/from", "/elsewhere/to")
    assert not storage.client.dbfs.exists("/moved/from")
    dbfs.delete("/elsewhere", recursive=True)
    assert not storage.client.dbfs.exists("/elsewhere")
    dbfs.delete("/elsewhere")


def test_a_volume_is_reached_through_dbfs_too(storage: Lab, dbfs: DbfsAPI) -> None:
    path = storage.upload(b"of a volume", "f")
    assert base64.b64decode(dbfs.read(f"dbfs:{path}").data) == b"of a volume"


@pytest.mark.parametrize(
    ("call", "kind", "code"),
    [
        (lambda api: api.get_status("/absent"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.read("/absent"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: list(api.list("/absent")), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.move("/absent", "/anywhere"), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.add_block(1, ""), NotFound, "RESOURCE_DOES_NOT_EXIST"),
        (lambda api: api.create("/known/file"), ResourceAlreadyExists, "RESOURCE_ALREADY_EXISTS"),
        (lambda api: api.put("/known/file", contents=""), ResourceAlreadyExists, "RESOURCE_ALREADY_EXISTS"),
        (lambda api: api.mkdirs("/known/file/below"), ResourceAlreadyExists, "RESOURCE_ALREADY_EXISTS"),
        (lambda api: api.move("/known", "/known/file"), BadRequest, "INVALID_PARAMETER_VALUE"),
        (lambda api: api.delete("/known"), DatabricksError, "IO_ERROR"),
        (lambda api: api.delete("/", recursive=True), BadRequest, "INVALID_PARAMETER_VALUE"),
        (lambda api: api.read("/known"), BadRequest, "INVALID_PARAMETER_VALUE"),
        (lambda api: api.read("/known/file", length=-1), BadRequest, "INVALID_PARAMETER_VALUE"),
        (lambda api: api.read("/known/file", length=MEBIBYTE + 1), BadRequest, "MAX_READ_SIZE_EXCEEDED"),
        (lambda api: api.put("/n", contents="A" * 2 * MEBIBYTE), BadRequest, "MAX_BLOCK_SIZE_EXCEEDED"),
        (lambda api: api.put("/n", contents="no Base64!"), BadRequest, "INVALID_PARAMETER_VALUE"),
        (lambda api: api.put("relative", contents=""), BadRequest, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_what_cannot_be_done_is_refused_as_databricks_refuses_it(
    dbfs: DbfsAPI, call: Call, kind: type[DatabricksError], code: str
) -> None:
    with pytest.raises(kind) as refused:
        call(dbfs)
    assert refused.value.error_code == code
