"""`churn deploy` and `churn run` as a person meets them."""

import hashlib
import json
import re
import signal
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from threading import Barrier
from uuid import uuid4

import pytest
from databricks.sdk.service.jobs import RunResultState
from tests.integration.site import Site

from churn import __version__
from churn.errors import ShippingError
from churn.shipping.client import connected
from churn.shipping.deploying import Deployment, deploy
from churn.shipping.places import place_of
from churn.shipping.wheel import build_wheel
from churn.submission import wheel_path

CHURN = str(Path(sys.executable).parent / "churn")


@pytest.fixture
def other_wheel(tmp_path: Path) -> Path:
    """A wheel of this version with other bytes."""
    wheel = build_wheel(tmp_path)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("churn/changed.txt", "after the release")
    return wheel


def test_what_is_deployed_is_what_the_dags_will_use(site: Site) -> None:
    _, printed = site.churn("deploy", "--json")

    told = json.loads(printed)
    path = wheel_path(site.settings.wheel)
    stored = site.client.files.download(path).contents.read()
    assert (told["version"], told["path"], told["tables"]) == (__version__, path, site.settings.tables.database)
    assert told["sha256"] == hashlib.sha256(stored).hexdigest()


def test_the_same_wheel_again_is_nothing_to_do(site: Site) -> None:
    code, printed = site.churn("deploy")

    assert code == 0
    assert "Already there, with the same bytes" in printed


def test_other_bytes_under_a_released_version_are_refused(site: Site, other_wheel: Path) -> None:
    path = wheel_path(site.settings.wheel)
    before = site.client.files.download(path).contents.read()
    checksums = [hashlib.sha256(content).hexdigest() for content in (before, other_wheel.read_bytes())]

    with pytest.raises(ShippingError, match=f"{checksums[0]}.*{checksums[1]}.*never overwritten"):
        site.churn("deploy", f"--wheel={other_wheel}")
    assert site.client.files.download(path).contents.read() == before


@pytest.mark.usefixtures("site")
def test_the_workspace_s_own_files_are_a_place_too() -> None:
    path = f"/Workspace/Shared/churn_it_{uuid4().hex}/churn.whl"
    with connected() as client:
        place = place_of(client, path)
        try:
            assert deploy(place, path, b"wheel").uploaded
            assert not deploy(place, path, b"wheel").uploaded
            with pytest.raises(ShippingError, match="never overwritten"):
                deploy(place, path, b"other")
            assert deploy(place, path, b"other", replace=True).uploaded
            assert place.read(path) == b"other"
        finally:
            client.workspace.delete(str(PurePosixPath(path).parent), recursive=True)


def test_of_two_deployments_at_once_one_is_first_and_whole(site: Site) -> None:
    path = f"{site.settings.wheel.directory}/raced.whl"
    contents = [bytes([letter]) * 3_000_000 for letter in b"ab"]
    start = Barrier(len(contents))

    def ship(content: bytes) -> Deployment | ShippingError:
        with connected() as client:
            start.wait()
            try:
                return deploy(place_of(client, path), path, content)
            except ShippingError as error:
                return error

    with ThreadPoolExecutor(len(contents)) as pool:
        outcomes = list(pool.map(ship, contents))

    won = [content for content, outcome in zip(contents, outcomes, strict=True) if isinstance(outcome, Deployment)]
    assert won == [site.client.files.download(path).contents.read()]


def test_a_failed_job_is_a_failed_command_that_ends_with_the_reason(site: Site) -> None:
    code, printed = site.churn("run", "ingest", "--ingest.source=/none.csv")

    assert code == 1
    assert "SourceError: There is no file /none.csv" in printed
    assert "FAILED" in printed.splitlines()[-1]


def test_ctrl_c_cancels_the_run(site: Site) -> None:
    command = [CHURN, *site.arguments(["run", "ingest"], "--ingest.generator_rows=3000000")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        started = re.search(r"Run (\d+) is", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        printed = process.stdout.read()

    assert started
    assert process.returncode == 130
    assert "Cancelling run" in printed
    assert site.client.jobs.get_run(int(started[1])).state.result_state is RunResultState.CANCELED
