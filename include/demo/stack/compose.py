"""The stack of docker-compose.yaml, which others started: its addresses and secrets are in its `.env`."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from demo.clients.airflow import AirflowApi, DagRun, TaskAttempt
from demo.clients.workspace import WorkspaceApi
from demo.errors import StackError, UsageError
from demo.stack.lifetime import PARSE_SECONDS, all_parsed
from demo.stack.ports import LOOPBACK
from demo.stack.secrets import USER

OWN_WORKSPACE = "@workspace:"  # in the connection that the stack is made with
ENVIRONMENT = "local"
VARIABLES = (
    "AIRFLOW_PORT",
    "WORKSPACE_PORT",
    "AIRFLOW_ADMIN_PASSWORD",
    "WORKSPACE_TOKEN",
    "DATABRICKS_CONNECTION",
    "CHURN_ENV",
)
POLL_SECONDS = 1.0


@dataclass(frozen=True)
class ComposeStack:
    """Clients of the two halves of a stack that runs."""

    airflow_url: str
    airflow_api: AirflowApi
    workspace_url: str
    workspace_api: WorkspaceApi

    def close(self) -> None:
        self.airflow_api.close()

    def check(self) -> None:
        """Nothing: the engine starts again what has died."""

    def log(self, run: DagRun, attempt: TaskAttempt | None = None) -> str:
        page = f"{self.airflow_url}/dags/{run.dag_id}/runs/{run.run_id}"
        return f"{page}/tasks/{attempt.task_id}?try_number={attempt.number}" if attempt else page

    def where_to_look(self) -> dict[str, str]:
        return {"Airflow": self.airflow_url, "workspace": self.workspace_url}


def connect(env_file: Path) -> ComposeStack:
    """Log in to the stack, and wait until it has the DAGs.

    Args:
        env_file: that the stack was started with.

    Raises:
        UsageError: the file is missing or incomplete, or the stack works in a workspace that is not its own.
        StackError: the stack does not answer, or its DAGs cannot be imported.
    """
    variables = _variables(env_file)
    airflow_url, workspace_url = (f"http://{LOOPBACK}:{variables[port]}" for port in ("AIRFLOW_PORT", "WORKSPACE_PORT"))
    airflow_api = AirflowApi(airflow_url, USER, variables["AIRFLOW_ADMIN_PASSWORD"])
    _wait_for_dags(airflow_api)
    return ComposeStack(
        airflow_url, airflow_api, workspace_url, WorkspaceApi(workspace_url, variables["WORKSPACE_TOKEN"])
    )


def _variables(env_file: Path) -> Mapping[str, str]:
    if not env_file.is_file():
        raise UsageError(f"There is no file {env_file}: `make compose-up` makes it and starts the stack")
    variables = {name: value for name, value in dotenv_values(env_file, interpolate=False).items() if value}
    if missing := [name for name in VARIABLES if name not in variables]:
        raise UsageError(f"{env_file} lacks {', '.join(missing)}: compare with what `make compose-env` writes anew")
    if OWN_WORKSPACE not in variables["DATABRICKS_CONNECTION"] or variables["CHURN_ENV"] != ENVIRONMENT:
        raise UsageError(
            f"The demo deletes the model that it finds, so it keeps to the stack's own workspace and environment "
            f"{ENVIRONMENT}: DATABRICKS_CONNECTION or CHURN_ENV in {env_file} leads elsewhere"
        )
    return variables


def _wait_for_dags(airflow: AirflowApi) -> None:
    deadline = time.monotonic() + PARSE_SECONDS
    while not all_parsed(airflow):
        if time.monotonic() > deadline:
            raise StackError(f"Airflow did not have every DAG within {PARSE_SECONDS:.0f} s: see `make compose-logs`")
        time.sleep(POLL_SECONDS)
