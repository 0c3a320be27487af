"""Starting, finding and stopping the process that serves a root."""

import fcntl
import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local_workspace.root import Root
from local_workspace.storage.writing import replacing

LOOPBACK = ("127.0.0.1", "::1", "localhost")
STATUS = "/api/local/status"
STOP_SECONDS = 15
ANSWER_SECONDS = 10


class WorkspaceError(Exception):
    """Raised when the command cannot be carried out; the message says what to do."""


@dataclass(frozen=True)
class Serving:
    """A process that serves a root."""

    url: str
    pid: int


def serving(root: Root) -> Serving | None:
    """Return what serves this root now; a file left behind by a process that died does not count."""
    try:
        found = json.loads(root.server_file.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return Serving(found["url"], found["pid"]) if _is_locked(root.lock_file) else None


def _is_locked(path: Path) -> bool:
    with suppress(FileNotFoundError), path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def sole_server(root: Root) -> Iterator[None]:
    """Hold the root for this process.

    Raises:
        WorkspaceError: another process serves it.
    """
    with root.lock_file.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkspaceError(
                f"{root.path} is served by another process. Stop it first, or use another root."
            ) from None
        root.server_file.unlink(missing_ok=True)  # of a process that was killed; the number may be another's by now
        try:
            yield
        finally:
            root.server_file.unlink(missing_ok=True)


def listen(host: str, port: int, *, beyond_loopback: bool) -> socket.socket:
    """Open the port, 0 for any free one.

    Raises:
        WorkspaceError: the host is not the loopback, and that is not said to be meant; or the port is taken.
    """
    if host not in LOOPBACK and not beyond_loopback:
        raise WorkspaceError(
            f"'{host}' can be reached from other machines, and runs execute whatever they are given. Use 127.0.0.1, or "
            "add --allow-other-machines."
        )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), backlog=512, family=family)
    except OSError as error:
        raise WorkspaceError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Use another port, or 0 for any."
        ) from None
    # Handed down to every connection: without it, head and body of a reply lie 40 ms apart.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def announce(root: Root, url: str) -> None:
    """Say where this process serves the root."""
    with replacing(lambda: root.server_file, root.path) as output:
        output.write(json.dumps({"url": url, "pid": os.getpid()}).encode())


def ask_status(root: Root, found: Serving) -> dict[str, Any]:
    """What the server says of itself.

    Raises:
        WorkspaceError: it does not answer.
    """
    headers = {"Authorization": f"Bearer {root.token_file.read_text().strip()}"}
    try:
        # Whatever proxies the environment names, they are not for the loopback, and the token is not for them.
        answer = httpx.get(found.url + STATUS, headers=headers, timeout=ANSWER_SECONDS, trust_env=False)
        status: dict[str, Any] = answer.raise_for_status().json()
    except httpx.HTTPError as error:
        raise WorkspaceError(
            f"Process {found.pid} serves {root.path}, but does not answer at {found.url}: {error}"
        ) from None
    return status


def stop(root: Root) -> bool:
    """End the process that serves the root, and wait for it; False where none does.

    Raises:
        WorkspaceError: it does not end.
    """
    found = serving(root)
    if found is None:
        return False
    os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _is_locked(root.lock_file):
        if time.monotonic() > deadline:
            raise WorkspaceError(f"Process {found.pid} has not stopped after {STOP_SECONDS} seconds.")
        time.sleep(0.05)
    return True


def reset(root: Root) -> None:
    """Delete the workspace.

    Raises:
        WorkspaceError: it is being served, or the directory is not a workspace's.
    """
    if _is_locked(root.lock_file):
        raise WorkspaceError(f"{root.path} is being served. Stop it first.")
    if not root.path.exists():
        return
    if not root.lock_file.exists():
        raise WorkspaceError(f"{root.path} is not the root of a workspace; nothing was deleted.")
    shutil.rmtree(root.path)
