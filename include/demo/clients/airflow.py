"""Airflow's REST API v2: trigger, watch, answer approvals, read errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import httpx

from demo.errors import LifecycleError, StackError

API = "/api/v2"
NOT_MAPPED = -1


@dataclass(frozen=True)
class DagRun:
    """A run of a DAG, as its two identifiers."""

    dag_id: str
    run_id: str

    @property
    def path(self) -> str:
        return f"{API}/dags/{self.dag_id}/dagRuns/{self.run_id}"


@dataclass(frozen=True)
class TaskAttempt:
    """One try of a task, in the state that Airflow gives it. A task that nobody scheduled yet has the state None."""

    task_id: str
    state: str | None
    number: int
    seconds: float | None
    id: str  # part of the titles of the processes that carry it out


@dataclass(frozen=True)
class Question:
    """What a task waits for a person to answer."""

    task_id: str
    subject: str
    asked_at: datetime


class Answer(StrEnum):
    """What the DAGs' questions can be answered with."""

    APPROVE = "Approve"
    REJECT = "Reject"


class AirflowApi:
    """A logged-in client of one Airflow."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """Log in.

        Raises:
            StackError: Airflow refused user and password.
        """
        # Longer than a writer of SQLite waits for others.
        self.http = httpx.Client(base_url=url, timeout=90, trust_env=False)
        answer = self.http.post("/auth/token", json={"username": user, "password": password})
        if answer.status_code != httpx.codes.CREATED:
            raise StackError(f"Airflow at {url} refused the login of '{user}': {answer.text}")
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def close(self) -> None:
        self.http.close()

    def dag_ids(self) -> set[str]:
        return {dag["dag_id"] for dag in self._get(f"{API}/dags")["dags"]}

    def import_errors(self) -> dict[str, str]:
        """Stack traces by file name."""
        errors = self._get(f"{API}/importErrors")["import_errors"]
        return {error["filename"]: error["stack_trace"] for error in errors}

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> DagRun:
        """Start a run with parameters, as the trigger form does.

        Raises:
            LifecycleError: Airflow refused the parameters.
        """
        answer = self.http.post(f"{API}/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": dict(conf)})
        if answer.is_error:
            raise LifecycleError(f"Airflow refused to start {dag_id} with {dict(conf)}: {answer.text}")
        return DagRun(dag_id, answer.json()["dag_run_id"])

    def state(self, run: DagRun) -> str:
        return str(self._get(run.path)["state"])

    def attempts(self, run: DagRun) -> list[TaskAttempt]:
        tasks = self._get(f"{run.path}/taskInstances")["task_instances"]
        return [
            TaskAttempt(task["task_id"], task["state"], task["try_number"], task["duration"], task["id"])
            for task in tasks
        ]

    def open_questions(self, run: DagRun) -> list[Question]:
        details = self._get(f"{run.path}/hitlDetails", response_received=False)["hitl_details"]
        return [
            Question(
                detail["task_instance"]["task_id"], detail["subject"], datetime.fromisoformat(detail["created_at"])
            )
            for detail in details
        ]

    def answer(self, run: DagRun, question: Question, answer: Answer) -> None:
        """Answer as the logged-in user.

        Raises:
            LifecycleError: Airflow refused the answer.
        """
        reply = self.http.patch(
            f"{run.path}/taskInstances/{question.task_id}/{NOT_MAPPED}/hitlDetails",
            json={"chosen_options": [answer.value], "params_input": {}},
        )
        if reply.is_error:
            raise LifecycleError(f"Airflow refused the answer to '{question.subject}': {reply.text}")

    def pushed(self, run: DagRun, task_id: str, key: str) -> Any:
        """What a task pushed under a key; None where it pushed nothing."""
        entries = self._get(f"{run.path}/taskInstances/{task_id}/xcomEntries", xcom_key_pattern=key)["xcom_entries"]
        if not entries:
            return None
        return self._get(f"{run.path}/taskInstances/{task_id}/xcomEntries/{key}")["value"]

    def errors(self, run: DagRun, attempt: TaskAttempt) -> list[str]:
        """The messages of the exceptions in the log of an attempt, the last one raised first."""
        log = self._get(f"{run.path}/taskInstances/{attempt.task_id}/logs/{attempt.number}", full_content=True)
        return [
            f"{error['exc_type']}: {error['exc_value']}"
            for event in log["content"]
            if isinstance(event, dict)
            for error in event.get("error_detail") or []
        ]

    def _get(self, path: str, **parameters: Any) -> Any:
        answer = self.http.get(path, params=parameters)
        if answer.is_error:
            raise StackError(f"Airflow answered {answer.status_code} to GET {path}: {answer.text}")
        return answer.json()


def is_healthy(url: str) -> bool:
    """Whether the api server answers tasks as well as people, and sees a scheduler.

    The first request of a task makes the server build that half of itself, which takes seconds: make it do so now.
    """
    try:
        for_tasks = httpx.get(f"{url}/execution/health", timeout=60, trust_env=False)
        health = httpx.get(f"{url}{API}/monitor/health", timeout=10, trust_env=False)
    except httpx.TransportError:
        return False
    return for_tasks.is_success and health.is_success and health.json()["scheduler"]["status"] == "healthy"
