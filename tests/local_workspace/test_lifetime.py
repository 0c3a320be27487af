"""A workspace that is started, killed, stopped and deleted."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.local_workspace.support import COMMAND, START_SECONDS, Lab, Server, is_alive, wait_until

from local_workspace import lifetime
from local_workspace.lifetime import WorkspaceError
from local_workspace.root import Root

STOPPED = 3
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def long_root(tmp_path: Path) -> Path:
    """A path that is longer than that of a socket can be."""
    return tmp_path / ("a" * 60) / ("b" * 60) / "root"


@pytest.fixture
def server(long_root: Path) -> Iterator[Server]:
    server = Server(long_root)
    try:
        yield server
    finally:
        server.stop()


def test_what_a_workspace_that_is_killed_has_started_ends_with_it(server: Server) -> None:
    server.wait_until_warm()
    lab = Lab(server, server.sdk(), server.http())
    active = lab.submit(lab.task("import os, time; print(os.getpid(), flush=True); time.sleep(600)"))
    family = [int(lab.printed_by(active)), *_family(server.process.pid)]
    server.kill()
    wait_until(lambda: not any(is_alive(pid) for pid in family), "the processes to end")


def test_a_run_cancelled_while_the_workspace_warms_up_never_executes(server: Server) -> None:
    lab = Lab(server, server.sdk(), server.http())
    run_id = lab.submit(lab.task("print('executed')"))
    lab.client.jobs.cancel_run(run_id)
    run = lab.client.jobs.get_run(run_id)
    assert (run.state.life_cycle_state.value, run.state.result_state.value) == ("TERMINATED", "CANCELED")
    assert lab.output(run).logs == ""


def test_the_command_tells_stops_and_deletes(long_root: Path) -> None:
    assert _command("status", long_root).returncode == STOPPED
    server = Server(long_root)
    try:
        status = json.loads(_command("status", long_root, "--json").stdout)
        assert (status["url"], status["pid"]) == (server.url, server.process.pid)
        assert status["state"] in {"warming", "ready"}
        assert "is served by another process" in _command("serve", long_root, "--port=0").stderr
        assert "Stop it first" in _command("reset", long_root).stderr
        assert server.token not in _command_line(server.process.pid)
        assert (long_root / "token").stat().st_mode & 0o077 == 0
        assert _command("stop", long_root).stdout == "Stopped.\n"
    finally:
        server.stop()
    assert _command("status", long_root).returncode == STOPPED
    assert _command("stop", long_root).stdout == "Was not running.\n"
    assert _command("reset", long_root).returncode == 0
    assert not long_root.exists()


def test_nobody_can_ask_for_faults_unless_the_workspace_was_started_for_it(server: Server) -> None:
    refused = server.http().put("/api/local/faults", json={"rules": []})
    assert (refused.status_code, refused.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


def test_token_public_address_and_store_can_be_given_in_the_environment(tmp_path: Path) -> None:
    secret, address = "given-secret", "https://workspace.example"
    given = {"TOKEN": secret, "PUBLIC_URL": address, "MLFLOW_STORE": f"sqlite:///{tmp_path}/{secret}.db"}
    server = Server(tmp_path / "root", **{f"LOCAL_WORKSPACE_{name}": value for name, value in given.items()})
    try:
        assert server.token == secret
        lab = Lab(server, server.sdk(), server.http())
        run_id = lab.submit(lab.task("pass"))
        assert lab.client.jobs.get_run(run_id).run_page_url == f"{address}/runs/{run_id}"
        wait_until((tmp_path / f"{secret}.db").exists, "MLflow's database", START_SECONDS)
        assert all(secret not in _command_line(pid) for pid in _family(server.process.pid))
        assert secret not in (server.root / "workspace.log").read_text()
    finally:
        server.stop()
    assert server.process.returncode == 0


def test_what_a_killed_server_left_behind_is_not_taken_for_the_one_that_starts(tmp_path: Path) -> None:
    root = Root.at(tmp_path)
    lifetime.announce(root, NOBODY)
    with lifetime.sole_server(root):
        assert lifetime.serving(root) is None


def test_a_root_is_not_deleted_while_its_server_starts(tmp_path: Path) -> None:
    root = Root.at(tmp_path)
    with lifetime.sole_server(root), pytest.raises(WorkspaceError, match="Stop it first"):
        lifetime.reset(root)
    assert root.runs.exists()


def test_of_a_server_that_does_not_answer_the_process_is_told(tmp_path: Path) -> None:
    root = Root.at(tmp_path)
    root.token_file.write_text("token")
    with lifetime.sole_server(root):
        lifetime.announce(root, NOBODY)
        with pytest.raises(WorkspaceError, match=rf"Process \d+ .* does not answer at {NOBODY}"):
            lifetime.ask_status(root, lifetime.serving(root) or pytest.fail("Nothing serves the root."))


def test_only_a_root_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("data")
    refused = _command("reset", tmp_path)
    assert (refused.returncode, (tmp_path / "precious").read_text()) == (1, "data")
    assert "is not the root of a workspace" in refused.stderr


def test_other_machines_are_let_in_only_when_that_is_said(tmp_path: Path) -> None:
    refused = _command("serve", tmp_path / "root", "--host=0.0.0.0", "--port=0")
    assert refused.returncode == 1
    assert "--allow-other-machines" in refused.stderr


def _command(name: str, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [*COMMAND, name, "--root", str(root), *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def _family(pid: int) -> list[int]:
    process = psutil.Process(pid)
    return [pid, *(child.pid for child in process.children(recursive=True))]


def _command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()
