"""What the lifecycle is taken through, wherever it runs."""

from typing import Protocol

from demo.clients.airflow import AirflowApi, DagRun, TaskAttempt
from demo.clients.workspace import WorkspaceApi


class Installation(Protocol):
    """A running Airflow, and the workspace that its DAGs work in."""

    @property
    def airflow_api(self) -> AirflowApi: ...

    @property
    def workspace_api(self) -> WorkspaceApi: ...

    def check(self) -> None:
        """Raise a StackError when a part has died that nobody starts again."""

    def log(self, run: DagRun, attempt: TaskAttempt | None = None) -> str:
        """Where a person finds the logs of a run, or of one try of a task in it."""

    def where_to_look(self) -> dict[str, str]:
        """Paths and addresses that stay when the lifecycle has ended, by what is there."""
