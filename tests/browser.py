"""A browser for the tests of what people look at."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from demo import browser

PICTURES = "CHURN_SCREENSHOTS"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser; the test is skipped where there is none."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(browser.chromium())
        except browser.NoBrowserError as error:
            pytest.skip(str(error))
        yield running


def take_picture(page: Page, name: str, otherwise: Path) -> None:
    """Save the whole page to the directory that CHURN_SCREENSHOTS names, so that somebody can look at it."""
    directory = Path(os.environ.get(PICTURES, otherwise))
    page.screenshot(path=directory / f"{name}.png", full_page=True)
