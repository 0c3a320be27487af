"""What keeps the page from being shown, in a sentence with a remedy."""

from dataclasses import dataclass

import requests
from airflow.providers.databricks.exceptions import DatabricksApiError
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException

from churn.errors import ChurnError

EXPECTED = (AirflowException, ChurnError, requests.RequestException)
_REFUSED = {401, 403}


@dataclass(frozen=True)
class Problem:
    """What is wrong, and what to do."""

    sentence: str
    remedy: str


def problem_of(error: Exception, conn_id: str) -> Problem:
    """Explain an error that reading ended with.

    Args:
        error: one of the `EXPECTED`.
        conn_id: the Airflow connection that was used.
    """
    if isinstance(error, AirflowNotFoundException):
        return Problem(
            f"Airflow has no connection '{conn_id}'.",
            "Add it under Admin, Connections, with the type Databricks, or set the environment variable "
            f"AIRFLOW_CONN_{conn_id.upper()} for the API server.",
        )
    if isinstance(error, ChurnError):
        return Problem(f"The settings cannot be used: {error}", "Correct them and restart the API server.")
    if isinstance(error, DatabricksApiError) and error.http_status_code in _REFUSED:
        return Problem(
            f"The workspace refuses the credential of the connection '{conn_id}' ({error.http_status_code}).",
            "Give the connection a token that is valid and may read the registered model and the experiments.",
        )
    if isinstance(error, DatabricksApiError):
        return Problem(f"The workspace cannot answer. {error}", "Try again; its own log says more.")
    return Problem(
        f"The workspace of the connection '{conn_id}' cannot be reached: {error}",
        "Check that it is up, and that host, port and scheme of the connection are right.",
    )
