"""What the server hands to the process that carries a run out, and what it gets back. Plain data, sent as JSON."""

from typing import Literal, TypedDict


class Table(TypedDict):
    """A table of the catalog `main`, wherever its files are."""

    database: str
    name: str
    provider: str
    location: str
    comment: str


class Database(TypedDict):
    """A schema of the catalog `main`; the location is where its managed tables go."""

    name: str
    location: str
    comment: str


class Catalog(TypedDict):
    """All that a session knows by name."""

    databases: list[Database]
    tables: list[Table]


class Order(TypedDict):
    """One run, ready to go: nothing in it needs looking up any more."""

    kind: Literal["wheel", "file"]
    target: str
    """Package name of a wheel task, path of the script of a file task."""
    entry_point: str
    parameters: list[str]
    import_paths: list[str]
    """Unpacked wheels, first on `sys.path`."""
    directory: str
    """The run's own directory; holds log, outcome and scratch."""
    environment: dict[str, str]
    catalog: Catalog
    warehouse: str


class Outcome(TypedDict):
    """How the code ended, written by the run itself as its last act. A run that dies leaves none."""

    succeeded: bool
    error: str
    """Last line of the traceback; empty on success."""
    trace: str
    catalog: Catalog | None
    """What the session knew at the end; None when it could not be asked."""


LOG = "log"
OUTCOME = "outcome.json"
SCRATCH = "tmp"
