"""What people are told when a task has failed for good."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from traceback import format_exception
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException

from churn_airflow.notifier import ChurnNotifier, failure_message, remedy

RUNBOOK = """Something.

| task | usual reason | what to do |
| --- | --- | --- |
| `promote` | Production has moved | clear `model_deployment` |
"""


def context(page: str | None = None) -> Any:
    """Of a task that has failed."""
    task = SimpleNamespace(
        dag_id="deploy_gate",
        task_id="promote",
        run_id="manual__1",
        try_number=3,
        log_url="http://airflow/log",
        xcom_pull=lambda task_ids, key: page,
    )
    error = ValueError("Version 2 was not promoted.\nMore of it.")
    return {"ti": task, "exception": error, "dag": SimpleNamespace(doc_md=RUNBOOK)}


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """What a webhook got: path and body."""
    posts: list[tuple[str, Any]] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Webhook) as server:
        connection = {"conn_type": "http", "host": "127.0.0.1", "port": server.server_port, "schema": "http"}
        monkeypatch.setenv("AIRFLOW_CONN_CHAT", json.dumps({**connection, "password": "T1/B2/secret"}))
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield posts
        server.shutdown()
        thread.join()


def test_a_failure_names_task_error_remedy_and_where_to_look() -> None:
    assert failure_message(context("http://workspace/run/7")).splitlines() == [
        "deploy_gate.promote failed in the run manual__1 at try 3: Version 2 was not promoted.",
        "What to do: clear `model_deployment`",
        "Log: http://airflow/log",
        "Run in the workspace: http://workspace/run/7",
    ]


def test_a_task_without_a_row_in_the_runbook_has_a_remedy_too() -> None:
    assert remedy(RUNBOOK, "archive") == "read the end of the log, correct what it names, and clear the task"


def test_a_failure_is_posted_where_the_settings_say(received: list[tuple[str, Any]]) -> None:
    ChurnNotifier("chat").notify(context())

    assert received == [("/T1/B2/secret", {"text": failure_message(context())})]


def test_an_address_that_does_not_answer_is_named_by_its_connection_and_keeps_its_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead = {"conn_type": "http", "host": "127.0.0.1", "port": 9, "schema": "http", "password": "T1/B2/secret"}
    monkeypatch.setenv("AIRFLOW_CONN_DEAD", json.dumps(dead))

    with pytest.raises(AirflowException, match="connection 'dead'") as raised:
        ChurnNotifier("dead").notify(context())

    assert "T1/B2" not in "".join(format_exception(raised.value))


def test_a_failure_without_an_exception_says_where_to_look() -> None:
    first, *_ = failure_message(context() | {"exception": None}).splitlines()

    assert first == "deploy_gate.promote failed in the run manual__1 at try 3: no exception is known, see its log"


def test_without_a_connection_nothing_is_posted(received: list[tuple[str, Any]]) -> None:
    ChurnNotifier().notify(context())

    assert received == []
