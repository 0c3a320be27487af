"""Files of a volume that is not mounted, read through the Files API by the Databricks SDK."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from churn.errors import SourceError
from churn.raw.reading import read_csv

VOLUME_FILE = "/Volumes/main/churn/raw/customers.csv"


@pytest.fixture
def workspace(csv_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server with the one route of a workspace that is needed, and one file."""

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == f"/api/2.0/fs/files{VOLUME_FILE}"
            self.reply(200 if found else 404, csv_file.read_bytes() if found else b'{"error_code": "NOT_FOUND"}')

        def do_POST(self) -> None:
            self.reply(404, b'{"error_code": "ENDPOINT_NOT_FOUND"}')

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if status == 404 else "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("DATABRICKS_HOST", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("DATABRICKS_TOKEN", "token-of-a-test")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("workspace")
def test_a_file_is_downloaded() -> None:
    assert read_csv(VOLUME_FILE).rows["customerID"].tolist() == list("abcde")


@pytest.mark.usefixtures("workspace")
def test_a_missing_file_is_named() -> None:
    with pytest.raises(SourceError, match=r"no file /Volumes/main/churn/raw/none\.csv: upload it to the volume"):
        read_csv("/Volumes/main/churn/raw/none.csv")


def test_without_a_workspace_the_message_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CONFIG_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "none"))

    with pytest.raises(SourceError, match=f"Cannot read {VOLUME_FILE}: it is not mounted, and the Files API says"):
        read_csv(VOLUME_FILE)
