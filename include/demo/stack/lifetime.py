"""Start the whole stack, in the order that two cores like best, and end it."""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from churn.config import Settings
from churn.shipping.client import connected
from churn.shipping.deploying import deploy
from churn.shipping.places import place_of
from churn.shipping.wheel import build_wheel, read_wheel
from churn.submission import wheel_path
from demo.clients.airflow import AirflowApi, DagRun, TaskAttempt, is_healthy
from demo.clients.workspace import WorkspaceApi
from demo.errors import StackError, UsageError
from demo.places import Places
from demo.progress import Progress
from demo.stack.airflow import (
    FIRST_PROCESSES,
    LATER_PROCESSES,
    START_SECONDS,
    airflow_environment,
    databricks_connection,
    prepare_metadata,
    start_airflow,
    write_login,
    write_shell_environment,
)
from demo.stack.ports import LOOPBACK, free_port
from demo.stack.processes import Processes
from demo.stack.secrets import USER, Secrets, load_or_make_secrets
from demo.stack.workspace import Workspace, start_workspace, wait_until_warm, workspace_at

PARSE_SECONDS = 120.0
DAGS = frozenset({"initial_train_register", "train", "deploy_gate", "batch_inference", "rollback"})


@dataclass(frozen=True)
class Stack:
    """A stack that runs, and clients of its two halves."""

    processes: Processes
    secrets: Secrets
    workspace: Workspace
    workspace_api: WorkspaceApi
    airflow_url: str
    airflow_api: AirflowApi

    def close(self) -> None:
        """Close the clients; the processes run on."""
        self.airflow_api.close()

    def check(self) -> None:
        self.processes.check()

    def log(self, run: DagRun, attempt: TaskAttempt | None = None) -> str:
        logs = self.processes.places.task_logs / f"dag_id={run.dag_id}" / f"run_id={run.run_id}"
        return str(logs / f"task_id={attempt.task_id}" / f"attempt={attempt.number}.log" if attempt else logs)

    def where_to_look(self) -> dict[str, str]:
        places = self.processes.places
        return {
            "task logs": str(places.task_logs),
            "process logs": str(places.logs),
            "workspace": str(places.workspace),
        }


def attach(places: Places) -> Stack:
    """The stack that `up` left running."""
    addresses = json.loads(places.running.read_text(encoding="utf-8"))
    secrets = load_or_make_secrets(places.secrets)
    workspace = workspace_at(addresses["workspace"], places)
    airflow_url = addresses["airflow"]
    return Stack(
        processes=Processes(places),
        secrets=secrets,
        workspace=workspace,
        workspace_api=WorkspaceApi(workspace.url, workspace.token),
        airflow_url=airflow_url,
        airflow_api=AirflowApi(airflow_url, USER, secrets.password),
    )


@contextmanager
def exclusive(places: Places) -> Iterator[None]:
    """Keep a second command away from the same stack.

    Raises:
        UsageError: another command is at work there.
    """
    places.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with places.lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"Another command works on the stack in {places.home}: wait for its end") from None
        yield


def start_stack(
    processes: Processes,
    settings: Settings,
    progress: Progress,
    *,
    fresh: bool,
    workspace_options: Sequence[str] = (),
) -> Stack:
    """Start everything and wait until DAGs can be triggered; whatever an earlier run left over is ended first.

    Args:
        processes: of the stack, none of them started yet.
        settings: of the environment that the DAGs will read.
        progress: what is told meanwhile.
        fresh: begin with an empty Airflow database.
        workspace_options: for the workspace's command line, beside root and port.
    """
    if leftovers := processes.stop():
        progress.console.print(f"Ended {leftovers} processes that an earlier run left over.")
    places = processes.places
    secrets = load_or_make_secrets(places.secrets)
    with progress.phase("Start workspace and Airflow") as phase:
        workspace = start_workspace(processes, os.environ, workspace_options)
        port = free_port()
        connection = databricks_connection(workspace.port, workspace.token)
        environment = airflow_environment(
            places, secrets, port=port, workspace_connection=connection, inherited=os.environ
        )
        prepare_metadata(places, environment, fresh=fresh)
        write_login(places, secrets)
        write_shell_environment(places, environment)
        start_airflow(processes, FIRST_PROCESSES, environment)
        wheel = build_wheel(places.wheels)
        wait_until_warm(processes, workspace)
        workspace_api = WorkspaceApi(workspace.url, workspace.token)
        _ship(wheel, settings, workspace)
        phase.event(f"{workspace.url} has the wheel {wheel.name}")
        airflow_url = f"http://{LOOPBACK}:{port}"
        processes.wait_until(lambda: is_healthy(airflow_url), "Airflow", seconds=START_SECONDS)
        start_airflow(processes, LATER_PROCESSES, environment)
        airflow_api = AirflowApi(airflow_url, USER, secrets.password)
        processes.wait_until(lambda: all_parsed(airflow_api), "every DAG", seconds=PARSE_SECONDS)
        phase.event(f"{airflow_url} has the DAGs")
    return Stack(processes, secrets, workspace, workspace_api, airflow_url, airflow_api)


def _ship(wheel: Path, settings: Settings, workspace: Workspace) -> None:
    """As `churn deploy --replace` does: what is worked on changes, its version does not."""
    path = wheel_path(settings.wheel)
    with connected(host=workspace.url, token=workspace.token, auth_type="pat") as client:
        deploy(place_of(client, path), path, read_wheel(wheel), replace=True)


def all_parsed(airflow: AirflowApi) -> bool:
    """Whether Airflow has every DAG.

    Raises:
        StackError: one of them cannot be imported.
    """
    if errors := airflow.import_errors():
        raise StackError("\n".join(f"{file} cannot be imported:\n{trace}" for file, trace in errors.items()))
    return airflow.dag_ids() >= DAGS
