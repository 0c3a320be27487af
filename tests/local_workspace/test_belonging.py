"""What a workspace that was killed left running is found by its mark, and nothing else is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local_workspace.support import is_alive, wait_until

from local_workspace.execution import belonging

# A process in a session of its own, so that no signal to a group reaches it, and the parent that it outlives.
ESCAPE = "import subprocess; print(subprocess.Popen(['sleep', '600'], start_new_session=True, stdout=-3).pid)"


@pytest.fixture
def another_roots_process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, **belonging.marked(tmp_path / "another")}
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=environment) as process:
        yield process
        process.kill()


def test_a_process_ends_that_has_escaped_its_group_and_its_parent(
    tmp_path: Path, another_roots_process: subprocess.Popen[bytes]
) -> None:
    root = tmp_path / "root"
    environment = {**os.environ, **belonging.marked(root)}
    escaped = int(subprocess.check_output([sys.executable, "-c", ESCAPE], env=environment))
    assert is_alive(escaped)
    belonging.end_all(root)
    wait_until(lambda: not is_alive(escaped), "the end of the escaped process")
    assert is_alive(another_roots_process.pid)
