"""MLflow's own server, as a program that the nursery forks. It listens on a socket file."""

import os
import sqlite3
import sys
from typing import TypedDict


class MlflowOrder(TypedDict):
    """Where the server keeps what it knows, and where it listens."""

    store: str
    """SQLAlchemy URL; can hold a password, so it goes into no command line, log or file."""
    artifacts: str
    socket: str


def serve(order: MlflowOrder) -> None:
    """Serve until killed."""
    os.environ.update(
        {
            "_MLFLOW_SERVER_FILE_STORE": order["store"],
            "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
            "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
            "_MLFLOW_SERVER_ARTIFACT_DESTINATION": order["artifacts"],
        }
    )
    _tune_sqlite()
    import uvicorn
    from mlflow.server.fastapi_app import app
    from mlflow.server.handlers import _get_model_registry_store, _get_tracking_store

    _get_tracking_store()
    _get_model_registry_store()
    uvicorn.run(app, uds=order["socket"], log_level="warning", access_log=False, lifespan="off")
    sys.exit(0)


def _tune_sqlite() -> None:
    """Commits need not wait for the disk: in WAL mode they survive the end of the process, and no more is promised."""
    from sqlalchemy import Engine, event

    def tune(connection: object, _record: object) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    event.listen(Engine, "connect", tune)
