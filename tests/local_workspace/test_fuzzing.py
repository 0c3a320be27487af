"""Whatever is sent: an answer that is no failure of the server's, and nothing outside the storage read or changed."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from tests.local_workspace.support import wait_until

from local_workspace.options import Options
from local_workspace.root import Root
from local_workspace.service import Workspace

TOKEN = "dapi-of-the-fuzzed-workspace"
CANARY = "the canary's own words"
SECONDS = 20
"""After which a request counts as hanging."""
MANY = 60
PATH = object()
"""Stands for the path in the fields of a request."""
OF_DBFS, OF_TREE, OF_VOLUMES = "/api/2.0/dbfs", "/api/2.0/workspace", "/api/2.0/fs"
WAYS: list[tuple[str, str, dict[str, Any]]] = [
    *((method, OF_VOLUMES + "/files{path}", {}) for method in ("PUT", "GET", "HEAD", "DELETE")),
    *((method, OF_VOLUMES + "/directories{path}", {}) for method in ("PUT", "GET", "DELETE")),
    ("POST", OF_VOLUMES + "/files{path}?action=initiate-upload", {}),
    ("POST", f"{OF_DBFS}/put", {"path": PATH, "contents": "eA==", "overwrite": True}),
    ("POST", f"{OF_DBFS}/create", {"path": PATH}),
    ("POST", f"{OF_DBFS}/mkdirs", {"path": PATH}),
    ("POST", f"{OF_DBFS}/delete", {"path": PATH, "recursive": True}),
    ("POST", f"{OF_DBFS}/move", {"source_path": "/a", "destination_path": PATH}),
    ("POST", f"{OF_DBFS}/move", {"source_path": PATH, "destination_path": "/b"}),
    *(("GET", f"{OF_DBFS}/{name}", {"path": PATH}) for name in ("read", "list", "get-status")),
    ("POST", f"{OF_TREE}/import", {"path": PATH, "content": "eA==", "format": "AUTO", "overwrite": True}),
    ("POST", f"{OF_TREE}/mkdirs", {"path": PATH}),
    ("POST", f"{OF_TREE}/delete", {"path": PATH, "recursive": True}),
    *(("GET", f"{OF_TREE}/{name}", {"path": PATH}) for name in ("export", "list", "get-status")),
]
STARTS = ["/", "dbfs:/", "/Volumes/c/s/v/", "/Workspace/"]
UPWARDS = ["../", "%2e%2e/", "%252e%252e/", "..%2f"]
ODD = ["link/canary", "link/new", "link", "//canary", "", "a\0b", "%00", "n" * 256, "a/" * 200, "\n", "é\u202e", "?b#c"]
ESCAPES = [
    start + way_up
    for start in STARTS
    for way_up in [*(up * times + "canary" for up in UPWARDS for times in (3, 6)), *ODD]
]
"""Up to the sandbox, from the tree of files and from a volume, and what else a file system could stumble over."""
ITS_OWN = {"storage", "uploads", "secrets.json", "state.db", "state.db-wal", "state.db-shm"}
RULES = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)


class Fuzzed:
    """A workspace in a directory full of canaries. It executes no runs, so that nothing has to be warm."""

    def __init__(self, sandbox: Path) -> None:
        self.sandbox = sandbox
        self.root = Root.at(sandbox / "root")
        for place in (sandbox, self.root.path):
            (place / "canary").write_text(CANARY)
        for tree in (self.root.volumes / "c" / "s" / "v", self.root.dbfs, self.root.files):
            tree.mkdir(parents=True, exist_ok=True)
            (tree / "link").symlink_to(sandbox)
        self.before = self.surroundings()

    def serve(self) -> None:
        workspace = Workspace(self.root, "http://127.0.0.1", TOKEN, Options())
        config = uvicorn.Config(workspace.app, port=0, lifespan="off", log_level="critical")
        self.server = uvicorn.Server(config)
        self.server.run()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def surroundings(self) -> dict[str, str]:
        """All files but those that the workspace has for what clients send."""
        return {
            str(file.relative_to(self.sandbox)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in self.sandbox.rglob("*")
            if file.is_file() and not self._is_its_own(file)
        }

    def _is_its_own(self, file: Path) -> bool:
        return file.is_relative_to(self.root.path) and file.relative_to(self.root.path).parts[0] in ITS_OWN

    def check(self, asked: str, status: int, text: str) -> None:
        assert status < 500, f"{asked}: {text}"
        for hidden in (CANARY, TOKEN):
            assert hidden not in text, asked
            assert base64.b64encode(hidden.encode()).decode() not in text, asked


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    fuzzed = Fuzzed(tmp_path_factory.mktemp("sandbox"))
    thread = threading.Thread(target=fuzzed.serve)
    thread.start()
    wait_until(lambda: hasattr(fuzzed, "server") and fuzzed.server.started, "the server")
    yield fuzzed
    fuzzed.server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def client(fuzzed: Fuzzed) -> Iterator[requests.Session]:
    with requests.Session() as client:
        client.trust_env = False
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


def test_every_operation_outlives_what_its_description_allows_and_forbids(
    fuzzed: Fuzzed, client: requests.Session
) -> None:
    described = client.get(f"{fuzzed.url}/openapi.json", timeout=SECONDS).json()
    found = list(schemathesis.openapi.from_dict(described).get_all_operations())
    operations = [operation.ok() for operation in found if isinstance(operation, Ok)]
    assert len(operations) == len(found) > MANY

    for operation in operations:
        check_operation(operation, fuzzed, client)
    assert fuzzed.surroundings() == fuzzed.before


def check_operation(
    operation: schemathesis.APIOperation[Any, Any, Any, Any], fuzzed: Fuzzed, client: requests.Session
) -> None:
    cases = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(RULES, max_examples=10)
    @given(st.one_of(cases))
    def check(case: schemathesis.Case[Any]) -> None:
        answer = case.call(base_url=fuzzed.url, session=client, timeout=SECONDS)
        fuzzed.check(case.as_curl_command(), answer.status_code, answer.content.decode(errors="replace"))

    check()


@pytest.mark.parametrize(("method", "route", "more"), WAYS)
def test_no_path_leads_out_of_the_storage(
    fuzzed: Fuzzed, client: requests.Session, method: str, route: str, more: dict[str, Any]
) -> None:
    for path in ESCAPES:
        fields = {name: path if value is PATH else value for name, value in more.items()}
        body: dict[str, Any] = {"json": fields} if fields else {"data": b"x"}
        # dots are quoted by hand: the client would otherwise resolve them itself
        url = fuzzed.url + route.format(path=quote(path).replace(".", "%2e"))
        answer = client.request(method, url, timeout=SECONDS, **body)
        fuzzed.check(f"{method} {url} {fields}", answer.status_code, answer.text)
    assert fuzzed.surroundings() == fuzzed.before
