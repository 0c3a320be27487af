"""A workspace as its clients meet it: a process, an address, a token, and the clients that nobody here wrote."""

import base64
import json
import os
import subprocess
import sys
import textwrap
import time
import uuid
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import httpx
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.service.jobs import Run, RunOutput, SparkPythonTask, SubmitTask, Task, TaskDependency

T = TypeVar("T")

START_SECONDS = 120
RUN_SECONDS = 90
VOLUME = "/Volumes/main/default/tests"
IDLE = "import time; time.sleep(600)"
"""A script that goes on until it is ended."""
COMMAND = [sys.executable, "-m", "local_workspace"]


def wait_until(condition: Callable[[], T | None], what: str, seconds: float = RUN_SECONDS) -> T:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.03)
    message = f"Waited {seconds} s for {what}."
    raise TimeoutError(message)


class Server:
    """A process that serves a root on a free port."""

    def __init__(self, root: Path, *arguments: str, **environment: str) -> None:
        self.root = root
        self._arguments = arguments
        self._environment = {**os.environ, **environment}
        self._clients = ExitStack()
        self.start()

    def start(self) -> None:
        (self.root / "server.json").unlink(missing_ok=True)
        argv = [*COMMAND, "serve", "--root", str(self.root), "--port", "0", *self._arguments]
        self.process = subprocess.Popen(argv, env=self._environment, stdout=subprocess.DEVNULL)
        wait_until((self.root / "server.json").exists, "the announcement", START_SECONDS)
        self.url: str = json.loads((self.root / "server.json").read_text())["url"]
        self.token = (self.root / "token").read_text().strip()

    def wait_until_warm(self) -> None:
        client = self.http()
        status = "/api/local/status"
        wait_until(lambda: client.get(status).json()["state"] == "ready", "warm", START_SECONDS)

    def kill(self) -> None:
        self._clients.close()
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self._clients.close()
        self.process.terminate()
        self.process.wait(30)

    def http(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        client = httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=60)
        return self._clients.enter_context(client)

    def sdk(self, token: str | None = None, **settings: object) -> WorkspaceClient:
        config = Config(host=self.url, token=token or self.token)
        for name, value in settings.items():
            setattr(config, name, value)
        client = WorkspaceClient(config=config)
        self._clients.enter_context(client.api_client._api_client._session)  # the SDK itself never closes it
        return client


@dataclass
class Lab:
    """What tests do with a workspace, through the SDK."""

    server: Server
    client: WorkspaceClient
    raw: httpx.Client

    def upload(self, content: bytes, name: str) -> str:
        """Put a file into a volume, under a directory of its own; the result is its path."""
        path = f"{VOLUME}/{uuid.uuid4().hex}/{name}"
        self.client.files.upload(path, BytesIO(content))
        return path

    def task(self, source: str, *parameters: str, key: str = "only", **settings: Any) -> SubmitTask:
        """A task that runs this source."""
        path = self.upload(textwrap.dedent(source).encode(), "script.py")
        return SubmitTask(key, spark_python_task=SparkPythonTask(path, parameters=list(parameters)), **settings)

    def job_task(self, source: str, *parameters: str, key: str = "only", **settings: Any) -> Task:
        """The same as a task of a saved job."""
        return Task.from_dict(self.task(source, *parameters, key=key, **settings).as_dict())

    def submit(self, *tasks: SubmitTask, **settings: Any) -> int:
        return int(self.client.jobs.submit(tasks=list(tasks), run_name="a test", **settings).run_id)

    def run(self, source: str, *parameters: str, **settings: Any) -> Run:
        """Run this source to its end."""
        return self.ended(self.submit(self.task(source, *parameters, **settings)))

    def ended(self, run_id: int) -> Run:
        return self.reaching(run_id, "TERMINATED", "INTERNAL_ERROR", "SKIPPED")

    def reaching(self, run_id: int, *states: str) -> Run:
        def reached() -> Run | None:
            run = self.client.jobs.get_run(run_id)
            return run if run.state.life_cycle_state.value in states else None

        return wait_until(reached, f"run {run_id} to be {' or '.join(states)}")

    def output(self, run: Run, key: str = "only") -> RunOutput:
        return self.client.jobs.get_run_output(task_run(run, key))

    def printed(self, run: Run) -> str:
        """What a run that must have succeeded has printed."""
        output = self.output(run)
        assert run.state.result_state.value == "SUCCESS", output.error_trace
        return str(output.logs)

    def printed_by(self, run_id: int) -> str:
        """What an active run has printed, once that is something."""
        run = self.reaching(run_id, "RUNNING")
        return wait_until(lambda: str(self.output(run).logs).strip(), "something to be printed")


def after(key: str, task: SubmitTask) -> SubmitTask:
    """The task, which is to wait for another."""
    task.depends_on = [TaskDependency(key)]
    return task


def task_run(run: Run, key: str = "only") -> int:
    """The id of the newest attempt at a task."""
    return max(int(task.run_id) for task in run.tasks if task.task_key == key)


def wheel(modules: dict[str, str], entry_points: str = "", name: str = "sample") -> bytes:
    """A wheel of these modules, by path and source, that declares these entry points."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, source in modules.items():
            archive.writestr(path, textwrap.dedent(source))
        information = f"{name}-1.0.dist-info"
        archive.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{information}/entry_points.txt", textwrap.dedent(entry_points))
        archive.writestr(f"{information}/RECORD", "")
    return content.getvalue()


def is_alive(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"token:{password}".encode()).decode()
