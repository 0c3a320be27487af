"""The workspace that `DATABRICKS_HOST` and `DATABRICKS_TOKEN` name, or a local one of the tests' own.

`CHURN_INTEGRATION_ENV` says with which environment's settings, `local` unless told otherwise. Tables, experiments,
model and volume have names of their own, which are deleted at the end.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from tests.integration.site import Site, reachable
from tests.local_workspace.support import Server

from churn.shipping.wheel import build_wheel


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "integration":
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="package")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every client finds it by itself."""
    if "DATABRICKS_HOST" in os.environ:
        yield
        return
    server = Server(tmp_path_factory.mktemp("integration") / "root")
    try:
        server.wait_until_warm()
        with reachable(server.url, server.token):
            yield
    finally:
        server.stop()


@pytest.fixture(scope="package")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="package")
def site(workspace: None, wheel: Path) -> Iterator[Site]:
    """With the wheel deployed."""
    client = WorkspaceClient()
    site = Site.of_its_own(os.environ.get("CHURN_INTEGRATION_ENV", "local"), client)
    site.prepare()
    try:
        code, printed = site.churn("deploy", f"--wheel={wheel}")
        assert code == 0, printed
        yield site
    finally:
        site.clean_up()
        client.api_client._api_client._session.close()  # the SDK itself never does
