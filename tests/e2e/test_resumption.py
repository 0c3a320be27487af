"""A job that Airflow asks for once runs once, though workers die and tasks are tried again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.compute import Environment
from databricks.sdk.service.jobs import JobEnvironment, SparkPythonTask, SubmitTask
from tests.local_workspace.support import wait_until

from churn_airflow.job_run import JobRunOperator
from demo.clients.airflow import DagRun, TaskAttempt
from demo.lifecycle import INFERENCE, Conductor
from demo.stack.airflow import databricks_connection
from demo.stack.lifetime import Stack

from .conftest import HERE, VOLUME

pytestmark = pytest.mark.e2e

SLOTS = 2
JOB = "model_inference_batch"
SERVERLESS = [JobEnvironment("e", spec=Environment(environment_version="3"))]
NOTICED_SECONDS = 180


@pytest.fixture(scope="module")
def client(stack: Stack) -> WorkspaceClient:
    return WorkspaceClient(host=stack.workspace.url, token=stack.workspace.token)


@pytest.fixture(scope="module")
def scripts(stack: Stack) -> str:
    """The directory of the workspace that holds the scripts of these tests."""
    for name in ("hold.py", "fail.py", "nothing.py"):
        stack.workspace_api.upload(HERE / "scripts" / name, f"{VOLUME}/{name}")
    return VOLUME


@pytest.fixture
def held(client: WorkspaceClient, scripts: str) -> Iterator[Callable[[], None]]:
    """Every slot of the workspace is taken, until this is called."""
    holding = SparkPythonTask(f"{scripts}/hold.py")
    tasks = [SubmitTask(f"hold_{slot}", spark_python_task=holding, environment_key="e") for slot in range(SLOTS)]
    run_id = int(client.jobs.submit(run_name="hold", tasks=tasks, environments=SERVERLESS).run_id)
    wait_until(lambda: set(states(client, run_id)) == {"RUNNING"}, "every slot to be taken")

    def let_go() -> None:
        client.jobs.cancel_run(run_id)

    yield let_go
    let_go()


def states(client: WorkspaceClient, run_id: int) -> list[str]:
    return [task.state.life_cycle_state.value for task in client.jobs.get_run(run_id).tasks]


def runs_of(client: WorkspaceClient, run_name: str) -> list[int]:
    return [int(run.run_id) for run in client.jobs.list_runs() if run.run_name == run_name]


def test_a_task_whose_worker_was_killed_takes_its_run_up_again(
    ended: Conductor, client: WorkspaceClient, held: Callable[[], None]
) -> None:
    airflow = ended.stack.airflow_api
    before = runs_of(client, f"{INFERENCE}.{JOB}")
    dag_run = airflow.trigger(INFERENCE, {})
    submitted = wait_until(lambda: airflow.pushed(dag_run, JOB, "run_id"), "the run to be submitted")

    kill(attempt(ended, dag_run))
    wait_until(lambda: attempt(ended, dag_run).number == 2, "a second try", NOTICED_SECONDS)
    wait_until(lambda: attempt(ended, dag_run).state == "running", "the second try to begin", NOTICED_SECONDS)
    assert states(client, submitted) == ["QUEUED"]
    held()

    wait_until(lambda: airflow.state(dag_run) == "success", "the end", NOTICED_SECONDS)
    assert set(runs_of(client, f"{INFERENCE}.{JOB}")) - set(before) == {submitted}


def attempt(conductor: Conductor, dag_run: DagRun) -> TaskAttempt:
    (found,) = [found for found in conductor.stack.airflow_api.attempts(dag_run) if found.task_id == JOB]
    return found


def kill(running: TaskAttempt) -> None:
    """End everything that carries out an attempt, so that nothing can still tell Airflow or the workspace."""
    carriers = [
        process for process in psutil.process_iter(["cmdline"]) if running.id in " ".join(process.info["cmdline"] or [])
    ]
    assert carriers
    for process in carriers:
        process.kill()


class Asking:
    """A task whose tries end before they could note the id of their run: nothing is left of them but their numbers."""

    def __init__(self, client: WorkspaceClient, conn_id: str, script: str) -> None:
        self._client = client
        self._conn_id = conn_id
        self._script = script
        self._began = datetime.now(UTC)

    def attempt(self, number: int, *, retries: int = 2, max_tries: int = 2) -> int:
        """Submit as this try does; returns the id of its run, which has ended then."""
        operator = JobRunOperator(
            task_id="job",
            json={"tasks": [self._task()], "environments": [environment.as_dict() for environment in SERVERLESS]},
            databricks_conn_id=self._conn_id,
            retries=retries,
        )
        run_id = operator.submit_job(self._context(number, max_tries))
        wait_until(lambda: states(self._client, run_id) == ["TERMINATED"], "the end of the run")
        return run_id

    def _task(self) -> dict[str, Any]:
        task = SubmitTask("job", spark_python_task=SparkPythonTask(self._script), environment_key="e")
        return dict(task.as_dict())

    def _context(self, number: int, max_tries: int) -> Any:
        instance = SimpleNamespace(try_number=number, max_tries=max_tries, task_id="job", map_index=-1)
        run = SimpleNamespace(start_date=self._began)
        return {"ti": instance, "dag": SimpleNamespace(dag_id="a_dag"), "run_id": "a_run", "dag_run": run}


@pytest.fixture
def conn_id(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> str:
    connection = databricks_connection(stack.workspace.port, stack.workspace.token)
    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_E2E", connection)
    return "databricks_e2e"


def test_a_try_takes_up_the_run_that_its_predecessor_could_not_note(
    client: WorkspaceClient, conn_id: str, scripts: str
) -> None:
    asking = Asking(client, conn_id, f"{scripts}/nothing.py")

    assert asking.attempt(1) == asking.attempt(2) == asking.attempt(3)


def test_a_failed_run_is_followed_by_a_new_one(client: WorkspaceClient, conn_id: str, scripts: str) -> None:
    asking = Asking(client, conn_id, f"{scripts}/fail.py")

    assert len({asking.attempt(1), asking.attempt(2), asking.attempt(3)}) == 3


def test_a_task_that_is_cleared_after_a_success_runs_anew(client: WorkspaceClient, conn_id: str, scripts: str) -> None:
    asking = Asking(client, conn_id, f"{scripts}/nothing.py")
    first = asking.attempt(1)

    cleared = asking.attempt(2, max_tries=3)  # Airflow adds the retries to the tries so far

    assert cleared != first
    assert asking.attempt(3, max_tries=3) == cleared
