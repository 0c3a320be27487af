"""What a look at a workspace finds of one thing that the settings name."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from databricks.sdk.errors import DatabricksError


class State(StrEnum):
    """How it is with a thing."""

    OK = "ok"
    MISSING = "missing"
    UNKNOWN = "unknown"  # the workspace does not tell; the detail says what would


@dataclass(frozen=True)
class Finding:
    """One thing that the settings name.

    Attributes:
        what: kind and name, such as `volume main.churn_prod.wheels`.
        state: how it is with it.
        detail: what was seen, or how to get what is missing.
    """

    what: str
    state: State
    detail: str = ""


def look(what: str, ask: Callable[[], str], remedy: str) -> Finding:
    """Ask the workspace; what it answers is the detail, and what it refuses is missing."""
    try:
        return Finding(what, State.OK, ask())
    except DatabricksError as error:
        return Finding(what, State.MISSING, f"{remedy} (the workspace says: {error})")
