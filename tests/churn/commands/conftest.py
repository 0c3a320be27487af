"""What all commands have in common."""

import sys

import pytest


@pytest.fixture(autouse=True)
def hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line sets the hook for uncaught exceptions: the tests take theirs back."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
