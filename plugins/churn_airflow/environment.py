"""Which environment the DAGs belong to, and what all their tasks have in common."""

import os
from datetime import timedelta
from typing import Any

from churn.config import Settings, load_settings
from churn_airflow.notifier import ChurnNotifier

ENVIRONMENT_VARIABLE = "CHURN_ENV"
DEFAULT_ENVIRONMENT = "local"
OWNER = "churn"
TAG = "churn"


def environment_settings() -> Settings:
    """Settings of the environment that `CHURN_ENV` names, `local` when it is not set.

    Raises:
        ConfigError: there is no such environment, or its files do not fit.
    """
    return load_settings(os.environ.get(ENVIRONMENT_VARIABLE, DEFAULT_ENVIRONMENT))


def default_args(settings: Settings) -> dict[str, Any]:
    """What every task gets unless it says otherwise."""
    return {
        "owner": OWNER,
        "retries": settings.airflow.retries,
        "retry_delay": timedelta(seconds=settings.airflow.retry_delay_seconds),
        "on_failure_callback": ChurnNotifier(settings.airflow.notify_conn_id),
    }


def registry_args(settings: Settings) -> dict[str, Any]:
    """How the tasks that speak to the registry reach it."""
    return {"databricks_conn_id": settings.airflow.conn_id, "registry_mode": settings.registry.mode}
