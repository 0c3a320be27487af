"""Runs on a warm workspace, from submit to TERMINATED, without Airflow."""

import os
import time
from collections.abc import Mapping
from typing import Any

from databricks.sdk import WorkspaceClient

from benchmarks.measurement import Measurement, median_seconds
from benchmarks.noop_wheel import NAME, PACKAGE, WAIT, write_noop_wheel
from benchmarks.polling import ACTIVE, measure_polling
from churn.config import load_settings
from churn.job_names import JobName
from churn.submission import submit_run
from demo.clients.workspace import WorkspaceApi
from demo.places import Places
from demo.stack.processes import Processes
from demo.stack.workspace import start_workspace, wait_until_warm

VOLUME = "/Volumes/main/default/benchmarks"
POLL_SECONDS = 0.01
NOOP_LIMIT, NOOP_TIMES = 0.3, 30
TRAIN_LIMIT, TRAIN_TIMES = 4.0, 5


def measure_jobs(places: Places) -> list[Measurement]:
    """A no-op, the training, and polling beside runs that are active.

    Args:
        places: of a stack that has been through the lifecycle and does not run.
    """
    processes = Processes(places)
    try:
        workspace = start_workspace(processes, os.environ, [f"--slots={ACTIVE}"])
        wait_until_warm(processes, workspace)
        WorkspaceApi(workspace.url, workspace.token).upload(write_noop_wheel(places.home), f"{VOLUME}/{NAME}")
        client = WorkspaceClient(host=workspace.url, token=workspace.token)
        train = submit_run(load_settings("local"), JobName.MODEL_TRAIN, {}, run_name="benchmark")
        noop = median_seconds(lambda: _run(client, _noop()), times=NOOP_TIMES)
        training = median_seconds(lambda: _run(client, train), times=TRAIN_TIMES)
        polling = measure_polling(workspace, lambda: _submit(client, _noop(WAIT)))
    finally:
        processes.stop()
    return [
        Measurement("no-op wheel task, submit to TERMINATED, median", noop, "s", NOOP_LIMIT),
        Measurement("model-train, submit to TERMINATED, median", training, "s", TRAIN_LIMIT),
        *polling,
    ]


def _noop(entry_point: str = PACKAGE) -> dict[str, Any]:
    task = {"package_name": PACKAGE, "entry_point": entry_point, "parameters": []}
    tasks = [{"task_key": PACKAGE, "python_wheel_task": task, "environment_key": "default"}]
    environment = {"environment_version": "3", "dependencies": [f"{VOLUME}/{NAME}"]}
    return {
        "run_name": PACKAGE,
        "tasks": tasks,
        "environments": [{"environment_key": "default", "spec": environment}],
    }


def _submit(client: WorkspaceClient, body: Mapping[str, Any]) -> int:
    api: Any = client.api_client
    return int(api.do("POST", "/api/2.2/jobs/runs/submit", body=dict(body))["run_id"])


def _run(client: WorkspaceClient, body: Mapping[str, Any]) -> None:
    api: Any = client.api_client
    run_id = _submit(client, body)
    while True:
        state = api.do("GET", "/api/2.2/jobs/runs/get", query={"run_id": run_id})["state"]
        if state["life_cycle_state"] in {"TERMINATED", "INTERNAL_ERROR"}:
            break
        time.sleep(POLL_SECONDS)
    if state["result_state"] != "SUCCESS":
        raise RuntimeError(f"Run {run_id} ended {state}")
