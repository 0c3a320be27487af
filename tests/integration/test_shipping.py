"""`churn deploy` and `churn run` as a person meets them."""

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from threading import Barrier
from uuid import uuid4

import pytest
from databricks.sdk.service.jobs import RunResultState
from tests.integration.site import Site
from tests.local_workspace.support import wait_until

from churn import __version__
from churn.errors import ShippingError
from churn.shipping.client import connected
from churn.shipping.deploying import Deployment, deploy
from churn.shipping.places import place_of
from churn.submission import wheel_path

SECONDS = 600  # a cold cluster takes most of it
CHURN = str(Path(sys.executable).parent / "churn")


@pytest.fixture
def other_wheel(wheel: Path, tmp_path: Path) -> Path:
    """A wheel of this version with other bytes."""
    other = tmp_path / wheel.name
    shutil.copy(wheel, other)
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr("churn/changed.txt", "after the release")
    return other


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Children hear Ctrl-C, even where the tests run in the background of a shell and ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_what_is_deployed_is_what_the_dags_will_use(site: Site, wheel: Path) -> None:
    _, printed = site.churn("deploy", f"--wheel={wheel}", "--json")

    told = json.loads(printed)
    path = wheel_path(site.settings.wheel)
    stored = site.client.files.download(path).contents.read()
    assert (told["version"], told["path"], told["tables"]) == (__version__, path, site.settings.tables.database)
    assert told["sha256"] == hashlib.sha256(stored).hexdigest()


def test_the_same_wheel_again_is_nothing_to_do(site: Site, wheel: Path) -> None:
    code, printed = site.churn("deploy", f"--wheel={wheel}")

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


def test_ctrl_c_cancels_the_run(site: Site, tmp_path: Path, interruptible: None) -> None:
    command = [CHURN, *site.arguments(["run", "ingest"], "--ingest.generator_rows=3000000")]
    log = tmp_path / "log"
    with log.open("w") as output, subprocess.Popen(command, stdout=output) as process:
        started = wait_until(lambda: re.search(r"Run (\d+) is", log.read_text()), "the submitted run", SECONDS)
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 130

    assert "Cancelling run" in log.read_text()
    assert site.client.jobs.get_run(int(started[1])).state.result_state is RunResultState.CANCELED
