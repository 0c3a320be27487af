"""The process that serves a workspace."""

import asyncio
import os
from pathlib import Path

import uvicorn

from local_workspace import lifetime
from local_workspace.execution import belonging
from local_workspace.http.auth import token_of
from local_workspace.options import Options
from local_workspace.root import Root
from local_workspace.service import Workspace

# An address to listen on, and the one at which this machine then reaches it.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here # nosec B104


def serve(path: Path, options: Options) -> None:
    """Serve the root until told to stop.

    Raises:
        WorkspaceError: the root is being served already, or the address cannot be had.
    """
    root = Root.at(path)
    with (
        lifetime.sole_server(root),
        lifetime.listen(options.host, options.port, beyond_loopback=options.beyond_loopback) as listening,
    ):
        belonging.end_all(root.path)  # what a server that was killed may have left running
        os.chdir(root.path)  # MLflow's socket has a name relative to it
        url = f"http://{_in_url(options.host)}:{listening.getsockname()[1]}"
        workspace = Workspace(root, url, token_of(root.token_file, options.given.token), options)
        config = uvicorn.Config(
            workspace.app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2
        )
        lifetime.announce(root, url)
        print(f"Serving {root.path} at {options.given.public_url or url}", flush=True)
        asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


def _in_url(host: str) -> str:
    reached = _EVERYWHERE.get(host, host)
    return f"[{reached}]" if ":" in reached else reached
