"""How a root is served: what the command is told, and what only the environment may say because it can be secret."""

from argparse import ArgumentTypeError
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psutil

from local_workspace.lifetime import WorkspaceError

PREFIX = "LOCAL_WORKSPACE_"
DEFAULT_RUN_MEMORY = psutil.virtual_memory().total * 3 // 4
LAST_PORT = 2**16 - 1
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}


@dataclass(frozen=True)
class Given:
    """What can be given in environment variables; None where the workspace decides itself."""

    token: str | None = field(default=None, repr=False)
    public_url: str | None = None
    """Where people reach the workspace, when that is not where it listens."""
    mlflow_store: str | None = field(default=None, repr=False)
    """SQLAlchemy URL of the database of MLflow's server; can hold a password."""


@dataclass(frozen=True)
class Options:
    """The choices of whoever starts the workspace."""

    host: str = "127.0.0.1"
    port: int = 8765
    """0 for any free one."""
    slots: int = 2
    """Runs that may execute at once."""
    run_memory: int = DEFAULT_RUN_MEMORY
    """Bytes that one run may use before it is ended."""
    beyond_loopback: bool = False
    """Whether a host that other machines can reach is meant."""
    testing_aids: bool = False
    """Whether clients can have requests fail on purpose."""
    unknown_run_status: int = 400
    """400, as Databricks answers for a run that there is not; 404 for clients that know it by that only."""
    given: Given = Given()


def positive(text: str) -> int:
    """Read a whole number above zero.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"'{text}' is not a whole number above zero")
    return int(text)


def port(text: str) -> int:
    """Read a port, 0 for any free one.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise ArgumentTypeError(f"'{text}' is not a port; expected 0 to {LAST_PORT}")
    return int(text)


def size(text: str) -> int:
    """Read an amount of memory, in bytes.

    Raises:
        ArgumentTypeError: it is none.
    """
    number, unit = (text[:-1], text[-1].upper()) if text[-1:].isalpha() else (text, "")
    if unit not in _UNITS:
        raise ArgumentTypeError(f"'{text}' is not an amount of memory such as 800M or 4G")
    return positive(number) * _UNITS[unit]


def given_in(environment: Mapping[str, str]) -> Given:
    """Read the variables; an empty one counts as absent, since that is how a compose file leaves one out.

    Raises:
        WorkspaceError: a value cannot be used; the message names the variable, and the value unless it is secret.
    """
    token, url, store = (environment.get(PREFIX + name) or None for name in ("TOKEN", "PUBLIC_URL", "MLFLOW_STORE"))
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise WorkspaceError(f"{PREFIX}TOKEN may hold printable ASCII characters only, and no space.")
    if store and "://" not in store:
        raise WorkspaceError(
            f"{PREFIX}MLFLOW_STORE is not a URL such as postgresql+psycopg2://user:password@host/name."
        )
    return Given(token, _address(url) if url else None, store)


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise WorkspaceError(f"{PREFIX}PUBLIC_URL is '{url}', not an address such as https://workspace.example.com.")
    return url.rstrip("/")
