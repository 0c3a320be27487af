"""A browser for the tests of what people look at: the Chromium or Chrome of this machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = "CHURN_SCREENSHOTS"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_QUIET = (
    "--no-sandbox",  # it runs as root in containers, and visits nothing but the servers of the tests
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip(f"No Chromium or Chrome on the PATH (looked for {', '.join(_NAMES)}): apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_QUIET)
        yield browser
        browser.close()


def take_picture(page: Page, name: str, otherwise: Path) -> None:
    """Save the whole page to the directory that CHURN_SCREENSHOTS names, so that somebody can look at it."""
    directory = Path(os.environ.get(PICTURES, otherwise))
    page.screenshot(path=directory / f"{name}.png", full_page=True)
