"""One warm workspace for all tests but those that end it."""

from collections.abc import Iterator

import pytest
from tests.local_workspace.support import Lab, Server

ENDED_BY_TESTS = ("test_lifetime.py", "test_robustness.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what shares a server on one worker: warming one up costs more than all the tests."""
    here = [item for item in items if item.path.parent.name == "local_workspace"]
    for item in here:
        group = item.path.name if item.path.name in ENDED_BY_TESTS else "local_workspace"
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("workspace") / "root"
    server = Server(root, "--testing-aids", A_SECRET_OF_THE_PARENT="not for runs")
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def storage(server: Server) -> Lab:
    """For what needs neither runs nor MLflow, and so need not wait."""
    return Lab(server, server.sdk(), server.http())


@pytest.fixture(scope="session")
def lab(server: Server) -> Lab:
    server.wait_until_warm()
    return Lab(server, server.sdk(), server.http())
