"""Large files of volumes in parts, as the SDK sends them."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import AlreadyExists
from tests.local_workspace.support import VOLUME, Lab, wait_until

KIBIBYTE = 1024


@pytest.fixture(scope="module")
def in_parts(storage: Lab) -> Iterator[WorkspaceClient]:
    """A client that sends in parts what has 64 KiB or more, as it otherwise does from 50 MiB on."""
    client = storage.server.sdk(
        files_ext_multipart_upload_min_stream_size=64 * KIBIBYTE,
        files_ext_multipart_upload_part_size_options=[16 * KIBIBYTE],
        files_ext_parallel_download_min_file_size=0,
        files_ext_parallel_download_default_part_size=16 * KIBIBYTE,
    )
    yield client
    client.files._cloud_provider_session().close()  # the SDK itself never does


@pytest.mark.parametrize("use_parallel", [True, False], ids=["in parallel", "in order"])
def test_a_file_comes_back_as_it_was_sent_in_parts(storage: Lab, in_parts: WorkspaceClient, use_parallel: bool) -> None:
    content = os.urandom(200 * KIBIBYTE)
    path = f"{VOLUME}/parts/{use_parallel}"
    in_parts.files.upload(path, BytesIO(content), use_parallel=use_parallel)
    assert in_parts.files.download(path).contents.read() == content
    assert _unfinished(storage) == []


def test_a_file_on_disk_is_sent_and_fetched_in_parts(in_parts: WorkspaceClient, tmp_path: Path) -> None:
    content = os.urandom(100 * KIBIBYTE + 1)
    (tmp_path / "sent").write_bytes(content)
    path = f"{VOLUME}/parts/from disk"
    in_parts.files.upload_from(path, str(tmp_path / "sent"))
    in_parts.files.download_to(path, str(tmp_path / "fetched"), use_parallel=True)
    assert (tmp_path / "fetched").read_bytes() == content


def test_a_file_in_parts_is_kept_when_that_is_asked(storage: Lab, in_parts: WorkspaceClient) -> None:
    path = storage.upload(b"old", "f")
    with pytest.raises(AlreadyExists):
        in_parts.files.upload(path, BytesIO(bytes(100 * KIBIBYTE)), overwrite=False)
    assert storage.client.files.download(path).contents.read() == b"old"


def test_a_file_that_comes_up_during_an_upload_is_kept(storage: Lab) -> None:
    path = f"{VOLUME}/parts/raced"
    token = _begin(storage, path, overwrite="false")
    storage.raw.put(f"/api/2.0/fs/uploads/{token}/1", content=b"late")
    storage.client.files.upload(path, BytesIO(b"first"))
    refused = _complete(storage, path, token, [1])
    assert (refused.status_code, refused.json()["error_code"]) == (409, "ALREADY_EXISTS")
    assert storage.client.files.download(path).contents.read() == b"first"


def test_an_upload_without_all_of_its_parts_is_refused_and_goes_on(storage: Lab) -> None:
    path = f"{VOLUME}/parts/incomplete"
    token = _begin(storage, path)
    storage.raw.put(f"/api/2.0/fs/uploads/{token}/2", content=b"end")
    refused = _complete(storage, path, token, [1, 2])
    assert (refused.status_code, refused.json()["message"]) == (400, "Parts [1] were not uploaded.")
    storage.raw.put(f"/api/2.0/fs/uploads/{token}/1", content=b"start, ")
    assert _complete(storage, path, token, [1, 2]).is_success
    assert storage.client.files.download(path).contents.read() == b"start, end"


def test_an_upload_that_was_aborted_is_gone(storage: Lab) -> None:
    path = f"{VOLUME}/parts/aborted"
    token = _begin(storage, path)
    asked = storage.raw.post("/api/2.0/fs/create-abort-upload-url", json={"path": path, "session_token": token}).json()
    assert storage.raw.delete(asked["abort_upload_url"]["url"]).status_code == 200
    assert storage.raw.put(f"/api/2.0/fs/uploads/{token}/1", content=b"x").status_code == 404
    assert _unfinished(storage) == []


def test_an_upload_that_breaks_off_leaves_nothing(storage: Lab) -> None:
    path = f"/api/2.0/fs/files{VOLUME}/broken"

    def breaking_off() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        storage.raw.put(path, content=breaking_off())
    assert storage.raw.get(path).status_code == 404
    wait_until(lambda: not _unfinished(storage), "the half file to be deleted")


def _begin(storage: Lab, path: str, **query: str) -> str:
    answer = storage.raw.post(f"/api/2.0/fs/files{path}", params={"action": "initiate-upload", **query}).json()
    return str(answer["multipart_upload"]["session_token"])


def _complete(storage: Lab, path: str, token: str, numbers: list[int]) -> httpx.Response:
    query = {"action": "complete-upload", "upload_type": "multipart", "session_token": token}
    parts = {"parts": [{"part_number": number, "etag": "any"} for number in numbers]}
    return storage.raw.post(f"/api/2.0/fs/files{path}", params=query, json=parts)


def _unfinished(storage: Lab) -> list[Path]:
    return list((storage.server.root / "uploads").iterdir())
