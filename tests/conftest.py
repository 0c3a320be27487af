"""What must hold before anything imports Airflow, which reads its environment once; what runs only when asked for."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.scheduling import ByServer, in_order
from xdist.remote import Producer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_home = tempfile.mkdtemp(prefix="churn-tests-airflow-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["AIRFLOW_HOME"] = _home
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A headless browser. Not for longer than a module: it keeps an event loop, beside which no other can run."""
    from tests.browser import chromium

    with chromium() as browser:
        yield browser


ONLY_WHEN_ASKED = {
    "soak": "takes many minutes, for it tries every fault on every route",
    "compose": "takes many minutes and a Docker engine",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    for marker, reason in ONLY_WHEN_ASKED.items():
        parser.addoption(f"--{marker}", action="store_true", help=f"also what {reason}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=in_order)
    for marker, reason in ONLY_WHEN_ASKED.items():
        if config.getoption(f"--{marker}"):
            continue
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(f"{reason}: pytest --{marker}"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByServer:
    return ByServer(config, log)
