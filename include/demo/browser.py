"""The Chromium or Chrome of this machine, driven by playwright, which is installed with the group `dev`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from demo.errors import UsageError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_QUIET = (
    "--no-sandbox",  # it runs as root in containers, and visits nothing but the servers of this project
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowserError(UsageError):
    """Raised where there is no browser, or nothing that drives it."""


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A headless browser.

    Raises:
        NoBrowserError: there is none on the PATH, or playwright is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright  # optional: for pictures and tests only
    except ModuleNotFoundError:
        raise NoBrowserError("playwright is not installed: it is in the dependency group dev") from None
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NoBrowserError(f"No browser on the PATH (looked for {', '.join(NAMES)}): install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_QUIET)
        yield browser
        browser.close()
