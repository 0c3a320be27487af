"""A client of the workspace, with host and credentials as every Databricks tool reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import DatabricksError
from requests import RequestException

from churn.errors import WorkspaceError

PATIENCE_SECONDS = 15  # of the SDK with a workspace that does not answer; five minutes, its own, are long at a console


@contextmanager
def connected(**given: Any) -> Iterator[WorkspaceClient]:
    """A client; what the workspace refuses inside of the block is told in the project's own words.

    Args:
        given: host and token, where they shall not be read from the environment or the profile.

    Raises:
        WorkspaceError: no host or credentials are found, the workspace cannot be reached, or it refuses a request.
    """
    client = _open(given)
    try:
        yield client
    except (DatabricksError, RequestException, TimeoutError) as error:
        raise WorkspaceError(f"The workspace {client.config.host} says: {error}") from error
    finally:
        client.api_client._api_client._session.close()  # the SDK itself never does


def _open(given: dict[str, Any]) -> WorkspaceClient:
    try:
        return WorkspaceClient(config=Config(retry_timeout_seconds=PATIENCE_SECONDS, **given))
    except ValueError as error:
        raise WorkspaceError(
            f"There is no workspace to speak to ({_reason(error)}): set DATABRICKS_HOST and DATABRICKS_TOKEN, "
            "or log in with `databricks auth login`"
        ) from error


def _reason(error: ValueError) -> str:
    """Without the dump of the configuration that follows."""
    return str(error).partition(". Config:")[0]
