"""Files of volumes: a round trip, and no way out of the storage."""

from io import BytesIO
from pathlib import Path

import pytest
from databricks.sdk.errors import AlreadyExists, BadRequest, NotFound
from tests.local_workspace.support import VOLUME, Lab

OUTSIDE = ["..%2f..%2f..%2f..%2f..%2ftoken", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/token", "a/..%2f..%2f..%2ftoken"]


def test_a_file_comes_back_as_it_was_sent(storage: Lab) -> None:
    content = bytes(range(256)) * 5000
    path = storage.upload(content, "name with spaces ü.bin")
    assert storage.client.files.download(path).contents.read() == content
    described = storage.client.files.get_metadata(path)
    assert described.content_length == len(content)
    assert described.last_modified


def test_a_file_is_listed_and_deleted(storage: Lab) -> None:
    path = storage.upload(b"123", "listed.csv")
    (entry,) = storage.client.files.list_directory_contents(path.rpartition("/")[0])
    assert (entry.path, entry.name, entry.is_directory, entry.file_size) == (path, "listed.csv", False, 3)
    storage.client.files.delete(path)
    with pytest.raises(NotFound):
        storage.client.files.get_metadata(path)


def test_of_a_path_that_is_wrong_in_every_way_its_length_is_told_first(storage: Lab) -> None:
    with pytest.raises(BadRequest, match="is too long"):
        storage.client.dbfs.get_status("/../" + "%25" * 2000)


def test_a_file_is_kept_when_that_is_asked(storage: Lab) -> None:
    path = storage.upload(b"old", "f")
    with pytest.raises(AlreadyExists):
        storage.client.files.upload(path, BytesIO(b"new"), overwrite=False)
    assert storage.client.files.download(path).contents.read() == b"old"
    storage.client.files.upload(path, BytesIO(b"new"))
    assert storage.client.files.download(path).contents.read() == b"new"


def test_directories_are_made_listed_page_by_page_and_deleted_when_empty(storage: Lab) -> None:
    directory = f"{VOLUME}/directory"
    for name in ("a", "b", "c"):
        storage.client.files.create_directory(f"{directory}/{name}")
    listed = storage.client.files.list_directory_contents(directory, page_size=2)
    assert [entry.name for entry in listed] == ["a", "b", "c"]
    refused = storage.raw.delete(f"/api/2.0/fs/directories{directory}")
    assert (refused.status_code, refused.json()["error_code"]) == (400, "DIRECTORY_NOT_EMPTY")
    storage.client.files.delete_directory(f"{directory}/a")
    assert not storage.raw.head(f"/api/2.0/fs/directories{directory}/a").is_success


def test_a_missing_file_is_not_found(storage: Lab) -> None:
    with pytest.raises(NotFound, match="The file being accessed is not found"):
        storage.client.files.download(f"{VOLUME}/absent")
    assert storage.raw.head(f"/api/2.0/fs/files{VOLUME}/absent").status_code == 404


@pytest.mark.parametrize("way", OUTSIDE)
@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE"])
def test_no_path_leads_out_of_the_storage(storage: Lab, method: str, way: str) -> None:
    before = _files(storage.server.root)
    refused = storage.raw.request(method, f"/api/2.0/fs/files{VOLUME}/{way}", content=b"x" if method == "PUT" else None)
    assert refused.status_code == 400
    assert _files(storage.server.root) == before


def test_no_link_leads_out_of_the_storage(storage: Lab) -> None:
    storage.client.files.create_directory(VOLUME)
    link = storage.server.root / "storage" / VOLUME.removeprefix("/") / "link"
    link.symlink_to(storage.server.root)
    refused = storage.raw.get(f"/api/2.0/fs/files{VOLUME}/link/token")
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_what_is_not_in_a_volume_is_refused(storage: Lab) -> None:
    refused = storage.raw.get("/api/2.0/fs/files/etc/passwd")
    assert refused.status_code == 400
    assert "is not in a volume" in refused.json()["message"]


def _files(root: Path) -> set[Path]:
    return {path for path in root.iterdir() if not path.name.startswith(("state.db", "mlflow.db"))}
