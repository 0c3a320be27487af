"""What the stack's services need before they start: a migrated database, a login, and the wheel in the workspace.

Every part can be done again at any time: the wheel of a code under edit replaces the one before.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from churn.config import load_settings
from churn.submission import wheel_path
from demo.clients.workspace import WorkspaceApi
from demo.places import PROJECT, write_private
from demo.stack.secrets import USER
from demo.wheel import build_wheel

WORKSPACE = "http://workspace:8765"


def main() -> int:
    """Do all of it; the first failure ends it."""
    if unreadable := [name for name in ("dags", "plugins", "include") if not _readable(PROJECT / name)]:
        print(f"The container's user may not read {', '.join(unreadable)}: chmod -R go+rX them", file=sys.stderr)
        return 1
    subprocess.run(["airflow", "db", "migrate"], check=True)  # noqa: S607 - the image's own
    passwords = Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    write_private(passwords, json.dumps({USER: os.environ["AIRFLOW_ADMIN_PASSWORD"]}))
    target = wheel_path(load_settings(os.environ["CHURN_ENV"]).wheel)
    with tempfile.TemporaryDirectory() as directory:
        WorkspaceApi(WORKSPACE, os.environ["WORKSPACE_TOKEN"]).upload(build_wheel(Path(directory)), target)
    print(f"{target} is built from the mounted sources")
    return 0


def _readable(directory: Path) -> bool:
    return all(os.access(path, os.R_OK) for path in (directory, *directory.rglob("*")))


if __name__ == "__main__":
    sys.exit(main())
