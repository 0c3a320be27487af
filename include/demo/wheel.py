"""The wheel that the jobs run."""

import subprocess
import sys
from pathlib import Path

from demo.errors import StackError
from demo.places import PROJECT

BUILD_SECONDS = 120.0


def build_wheel(directory: Path) -> Path:
    """Build the project's wheel into `directory`; older wheels there are deleted.

    Raises:
        StackError: the build failed; the message ends with its output.
    """
    for old in directory.glob("*.whl"):
        old.unlink()
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(directory)],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    wheels = list(directory.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise StackError(f"The wheel could not be built:\n{done.stdout}{done.stderr}".rstrip())
    return wheels[0]
