"""One warm workspace for all tests but those that end it."""

from collections.abc import Iterator

import pytest
from tests.local_workspace.clients import NAMES, Client, client_of
from tests.local_workspace.support import Lab, Server


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


@pytest.fixture(params=NAMES)
def client(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Client]:
    """Each of the clients in its turn."""
    with client_of(lab.server, request.param) as client:
        yield client
