"""`python docker/generate_env.py FILE`: secrets for the compose stack, into a file that only its owner can read.

A file that is there stays as it is, because the volumes were made with its passwords. Needs Python alone.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

TEMPLATE = """\
# Made by `make compose-env`. Secrets: never commit this file, never send it.
COMPOSE_PROJECT_NAME=churn
AIRFLOW_PORT=8080
WORKSPACE_PORT=8765

# The workspace that the DAGs work in: the stack's own. A Databricks workspace instead, by a personal access token:
#   databricks://:TOKEN@adb-1234567890123456.7.azuredatabricks.net
# or by a service principal's client id and secret:
#   databricks://CLIENT_ID:SECRET@dbc-a1b2c3d4-e5f6.cloud.databricks.com?service_principal_oauth=true
DATABRICKS_CONNECTION=databricks://:{workspace_token}@workspace:8765/http
# Names, compute and policy of include/churn/conf: local, dev, staging or prod.
CHURN_ENV=local

# The login of Airflow's user `admin`, and the token that the local workspace asks for.
AIRFLOW_ADMIN_PASSWORD={admin_password}
WORKSPACE_TOKEN={workspace_token}

AIRFLOW_DB_PASSWORD={airflow_db_password}
MLFLOW_DB_PASSWORD={mlflow_db_password}
AIRFLOW_FERNET_KEY={fernet_key}
AIRFLOW_JWT_SECRET={jwt_secret}
AIRFLOW_API_SECRET_KEY={api_secret_key}
"""


def main(path: Path) -> None:
    """Write the file unless it is there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(TEMPLATE.format_map(new_secrets()))
    print(f"{path} has new secrets.")


def new_secrets() -> dict[str, str]:
    """Random values, all of letters, digits, `-`, `_` and `=`: no file format or URL gives these a meaning."""
    return {
        "admin_password": secrets.token_urlsafe(12),
        "workspace_token": secrets.token_urlsafe(32),
        "airflow_db_password": secrets.token_urlsafe(24),
        "mlflow_db_password": secrets.token_urlsafe(24),
        "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "jwt_secret": secrets.token_urlsafe(64),
        "api_secret_key": secrets.token_urlsafe(32),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
