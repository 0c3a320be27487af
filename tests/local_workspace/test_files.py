"""Files of volumes: a round trip, and no way out of the storage."""

from io import BytesIO
from pathlib import Path

import pytest
from databricks.sdk.errors import AlreadyExists, NotFound
from tests.local_workspace.support import VOLUME, Lab

OUTSIDE = ["..%2f..%2f..%2f..%2f..%2ftoken", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/token", "a/..%2f..%2f..%2ftoken"]


def test_a_file_comes_back_as_it_was_sent(lab: Lab) -> None:
    content = bytes(range(256)) * 5000
    path = lab.upload(content, "name with spaces ü.bin")
    assert lab.client.files.download(path).contents.read() == content
    described = lab.client.files.get_metadata(path)
    assert described.content_length == len(content)
    assert described.last_modified


def test_a_file_is_listed_and_deleted(lab: Lab) -> None:
    path = lab.upload(b"123", "listed.csv")
    (entry,) = lab.client.files.list_directory_contents(path.rpartition("/")[0])
    assert (entry.path, entry.name, entry.is_directory, entry.file_size) == (path, "listed.csv", False, 3)
    lab.client.files.delete(path)
    with pytest.raises(NotFound):
        lab.client.files.get_metadata(path)


def test_a_file_is_replaced_only_when_asked(lab: Lab) -> None:
    path = lab.upload(b"old", "f")
    with pytest.raises(AlreadyExists):
        lab.client.files.upload(path, BytesIO(b"new"))
    assert lab.client.files.download(path).contents.read() == b"old"
    lab.client.files.upload(path, BytesIO(b"new"), overwrite=True)
    assert lab.client.files.download(path).contents.read() == b"new"


def test_directories_are_made_listed_page_by_page_and_deleted_when_empty(lab: Lab) -> None:
    directory = f"{VOLUME}/directory"
    for name in ("a", "b", "c"):
        lab.client.files.create_directory(f"{directory}/{name}")
    listed = lab.client.files.list_directory_contents(directory, page_size=2)
    assert [entry.name for entry in listed] == ["a", "b", "c"]
    refused = lab.raw.delete(f"/api/2.0/fs/directories{directory}")
    assert (refused.status_code, refused.json()["error_code"]) == (400, "DIRECTORY_NOT_EMPTY")
    lab.client.files.delete_directory(f"{directory}/a")
    assert not lab.raw.head(f"/api/2.0/fs/directories{directory}/a").is_success


def test_a_missing_file_is_not_found(lab: Lab) -> None:
    with pytest.raises(NotFound, match="The file being accessed is not found"):
        lab.client.files.download(f"{VOLUME}/absent")
    assert lab.raw.head(f"/api/2.0/fs/files{VOLUME}/absent").status_code == 404


@pytest.mark.parametrize("way", OUTSIDE)
@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE"])
def test_no_path_leads_out_of_the_storage(lab: Lab, method: str, way: str) -> None:
    before = _files(lab.server.root)
    refused = lab.raw.request(method, f"/api/2.0/fs/files{VOLUME}/{way}", content=b"x" if method == "PUT" else None)
    assert refused.status_code == 400
    assert _files(lab.server.root) == before


def test_no_link_leads_out_of_the_storage(lab: Lab) -> None:
    lab.client.files.create_directory(VOLUME)
    link = lab.server.root / "storage" / VOLUME.removeprefix("/") / "link"
    link.symlink_to(lab.server.root)
    refused = lab.raw.get(f"/api/2.0/fs/files{VOLUME}/link/token")
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_what_is_not_in_a_volume_is_refused(lab: Lab) -> None:
    refused = lab.raw.get("/api/2.0/fs/files/etc/passwd")
    assert refused.status_code == 400
    assert "is not in a volume" in refused.json()["message"]


def _files(root: Path) -> set[Path]:
    return {path for path in root.iterdir() if not path.name.startswith(("state.db", "mlflow.db"))}
