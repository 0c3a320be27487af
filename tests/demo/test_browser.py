"""Pictures need a browser, and say so where there is none."""

import sys

import pytest

from demo.browser import NoBrowserError, chromium


def test_a_machine_without_a_browser_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(NoBrowserError, match="install chromium"), chromium():
        pass


def test_an_installation_without_playwright_is_told_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)

    with pytest.raises(NoBrowserError, match="dependency group dev"), chromium():
        pass
