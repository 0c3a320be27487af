from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.places import Places
from demo.stack.processes import Processes


@pytest.fixture
def places(tmp_path: Path) -> Places:
    home = tmp_path / "home"
    home.mkdir()
    return Places(home)


@pytest.fixture
def processes(places: Places) -> Iterator[Processes]:
    processes = Processes(places)
    yield processes
    processes.stop()
