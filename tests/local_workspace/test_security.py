"""Who gets in, from where, and where the token can be found: in its own file only."""

import os
from pathlib import Path

import httpx
import psutil
import pytest
from tests.local_workspace.support import Lab

from local_workspace import lifetime
from local_workspace.http.auth import token_of
from local_workspace.root import Root

OF_RUNS = "runs"
"""A directory for what runs print, which can be anything; it is redacted when it is shown."""


def test_only_the_owner_can_read_the_token(storage: Lab) -> None:
    assert (storage.server.root / "token").stat().st_mode & 0o777 == 0o600
    assert storage.server.root.stat().st_mode & 0o777 == 0o700


def test_the_token_cannot_be_guessed(storage: Lab) -> None:
    kind, digits = storage.server.token[:4], storage.server.token[4:]
    assert (kind, len(digits)) == ("dapi", 40)
    assert int(digits, 16)


def test_a_token_file_that_holds_none_gets_one(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    token = token_of(tmp_path / "token")
    assert token
    assert token == token_of(tmp_path / "token")
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


def test_the_command_sends_the_token_through_no_proxy(storage: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    root = Root(storage.server.root)
    serving = lifetime.serving(root) or pytest.fail("Nothing serves the root.")
    assert lifetime.ask_status(root, serving)["state"]


@pytest.mark.parametrize("given", ["dapi", "x" * 10_000, "tökén", "\N{SNOWMAN}"])
def test_whatever_is_not_the_token_is_refused(storage: Lab, given: str) -> None:
    headers = {b"Authorization": b"Bearer " + given.encode()}
    refused = httpx.get(f"{storage.server.url}/api/2.2/jobs/runs/list", headers=headers, trust_env=False)
    assert (refused.status_code, refused.json()["message"]) == (403, "Invalid access token.")


def test_only_this_machine_can_reach_the_workspace(lab: Lab) -> None:
    listening = {
        connection.laddr.ip
        for process in _processes(lab)
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_the_token_is_in_no_command_line(lab: Lab) -> None:
    assert not [process for process in _processes(lab) if lab.server.token in " ".join(process.cmdline())]


def test_the_token_is_in_no_file_but_its_own(lab: Lab) -> None:
    lab.run("print('a run has happened')")
    assert _files_with(lab.server.token, lab.server.root) == {"token"}


@pytest.mark.parametrize("path", ["/runs", "/login", "/", "/openapi.json", "/api/local/status"])
def test_the_token_is_on_no_page(lab: Lab, path: str) -> None:
    page = lab.raw.get(path)
    assert page.is_success
    assert lab.server.token not in page.text + str(page.headers)


def _processes(lab: Lab) -> list[psutil.Process]:
    server = psutil.Process(lab.server.process.pid)
    return [server, *server.children(recursive=True)]


def _files_with(text: str, root: Path) -> set[str]:
    files = [Path(place, name) for place, _, names in os.walk(root) for name in names]
    return {
        str(file.relative_to(root))
        for file in files
        if file.is_file() and file.relative_to(root).parts[0] != OF_RUNS and text.encode() in file.read_bytes()
    }
