"""What must hold before anything imports Airflow, which reads its environment once; what runs only when asked for."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="also what takes many minutes: every fault on every route")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--soak"):
        return
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.skip("takes many minutes: pytest --soak"))
