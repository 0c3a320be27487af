"""A wheel whose job does nothing, so that what is left is the workspace's own time, and one that only waits."""

import zipfile
from pathlib import Path

PACKAGE, WAIT = "noop", "wait"
NAME = f"{PACKAGE}-1.0-py3-none-any.whl"
INFO = f"{PACKAGE}-1.0.dist-info"
FILES = {
    f"{PACKAGE}.py": "import time\n\ndef main():\n    pass\n\ndef wait():\n    time.sleep(600)\n",
    f"{INFO}/METADATA": f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: benchmarks\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/entry_points.txt": f"[console_scripts]\n{PACKAGE} = {PACKAGE}:main\n",
    f"{INFO}/RECORD": "",
}


def write_noop_wheel(directory: Path) -> Path:
    """Write the wheel into a directory; returns its path."""
    path = directory / NAME
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in FILES.items():
            wheel.writestr(name, content)
    return path
