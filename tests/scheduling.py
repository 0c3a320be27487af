"""Which tests stay together on one worker: those that share a server, since starting one costs more than they do.

The marker `xdist_group` of pytest-xdist 3.8 would say the same beside each test, but does nothing with pytest 9.2.
"""

from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

# In the order in which they begin: what takes longest comes first. All other files go to whoever has time.
TOGETHER = ("tests/e2e", "tests/local_workspace", "tests/integration", "tests/plugins")
# These start and end servers of their own.
APART = ("test_interruption.py", "test_lifetime.py", "test_robustness.py", "test_fuzzing.py")


class ByServer(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist has no types
    """Hands out all tests of a group at once."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(nodeid: str) -> str:
    """The directory whose tests share a server; for all others the file."""
    file = PurePath(nodeid.partition("::")[0])
    shares = str(file.parent) in TOGETHER and file.name not in APART
    return str(file.parent if shares else file)


def in_order(item: pytest.Item) -> int:
    """Sort key: the groups that share a server first."""
    found = group(item.nodeid)
    return TOGETHER.index(found) if found in TOGETHER else len(TOGETHER)
