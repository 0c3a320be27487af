"""A terminal shows a live line; anything else gets plain lines that a log can keep."""

from io import StringIO

import pytest
from rich.console import Console

from demo.progress import Progress


def test_plain_output_has_a_line_for_each_event_and_nothing_else() -> None:
    out = StringIO()

    with Progress(Console(file=out)).phase("Step 1") as phase:
        phase.begins("running   ingest")
        phase.now(["ingest"])
        phase.event("done      ingest (1.0 s)")

    assert out.getvalue() == "Step 1\n  running   ingest\n  done      ingest (1.0 s)\n"


def test_a_terminal_sees_what_runs_and_for_how_long() -> None:
    out = StringIO()

    with Progress(Console(file=out, force_terminal=True)).phase("Step 1") as phase:
        phase.begins("running   ingest")
        phase.now(["ingest"])

    assert "ingest 0 s" in out.getvalue()
    assert "running   ingest" not in out.getvalue()


def test_long_paths_are_not_broken() -> None:
    out, path = StringIO(), "/a" * 200

    with Progress(Console(file=out, width=80)).phase("Step 1") as phase:
        phase.event(path)

    assert path in out.getvalue()


def test_a_phase_that_fails_is_timed_as_well() -> None:
    progress = Progress(Console(file=StringIO()))

    with pytest.raises(RuntimeError, match="broken"), progress.phase("Step 1"):
        raise RuntimeError("broken")

    assert list(progress.durations) == ["Step 1"]
