"""The process that serves a workspace."""

import asyncio
import tempfile
from pathlib import Path

import uvicorn

from local_workspace import lifetime
from local_workspace.http.auth import token_of
from local_workspace.root import Root
from local_workspace.service import Workspace


def serve(
    path: Path, host: str, port: int, slots: int, *, beyond_loopback: bool = False, testing_aids: bool = False
) -> None:
    """Serve the root until told to stop.

    Raises:
        WorkspaceError: the root is being served already, or the address cannot be had.
    """
    root = Root.at(path)
    with (
        lifetime.sole_server(root),
        lifetime.listen(host, port, beyond_loopback=beyond_loopback) as listening,
        # The path of a socket can have about 100 characters, and that of a root may have more.
        tempfile.TemporaryDirectory(prefix="workspace-") as private,
    ):
        url = f"http://{_in_url(host)}:{listening.getsockname()[1]}"
        workspace = Workspace(
            root, url, token_of(root.token_file), slots, Path(private, "mlflow.sock"), testing_aids=testing_aids
        )
        config = uvicorn.Config(
            workspace.app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2
        )
        lifetime.announce(root, url)
        print(f"Serving {root.path} at {url}", flush=True)
        asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
