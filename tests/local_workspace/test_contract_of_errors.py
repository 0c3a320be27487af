"""Every refusal, as the SDK, the provider's hook and its asynchronous half tell it to their callers."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.credentials_provider import credentials_strategy
from databricks.sdk.errors import (
    BadRequest,
    DatabricksError,
    InvalidParameterValue,
    NotFound,
    PermissionDenied,
    ResourceDoesNotExist,
    Unauthenticated,
)
from tests.local_workspace.clients import NAMES, Client, Json, client_of
from tests.local_workspace.support import Lab

UNKNOWN = 4242
NO_RUN = f"Run {UNKNOWN} does not exist."
NO_JOB = f"Job {UNKNOWN} does not exist."
INVALID = "INVALID_PARAMETER_VALUE"
NO_OUTPUT = (
    "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of each individual "
    "task run instead."
)
NO_VIEW = "has no view to export: only notebook runs can be exported, and the local workspace executes none."


@dataclass(frozen=True)
class Row:
    """A case of the table: what is asked, and what comes back."""

    case: str
    endpoint: str
    fields: Callable[[Lab], Json]
    message: str
    kind: type[DatabricksError] = InvalidParameterValue
    """What the SDK raises."""
    status: int = 400
    code: str = INVALID


@dataclass(frozen=True)
class Task:
    """A task with one thing wrong with it."""

    wrong: Json = field(default_factory=dict)

    def submit(self, _lab: Lab) -> Json:
        script = {"python_file": "/Volumes/main/default/tests/any.py"}
        return {"tasks": [{"task_key": "a", "spark_python_task": script, **self.wrong}]}


def any_run(lab: Lab) -> int:
    """The id of a run that has ended."""
    ended = next(iter(lab.client.jobs.list_runs(completed_only=True, limit=1)), None) or lab.run("pass")
    return int(ended.run_id)


def deleted_token(lab: Lab) -> Json:
    body = {"idempotency_token": "gone", "tasks": [lab.task("pass").as_dict()]}
    if (run_id := lab.raw.post("/api/2.2/jobs/runs/submit", json=body).json().get("run_id")) is not None:
        lab.ended(run_id)
        lab.client.jobs.delete_run(run_id)
    return body


POOL = "0101-000000-aws00-pool-local000"
RUNTIME = "17.3.x-scala2.13"
TABLE = (
    Row("unknown run", "GET 2.2/jobs/runs/get", lambda _: {"run_id": UNKNOWN}, NO_RUN, ResourceDoesNotExist),
    Row("unknown run", "GET 2.2/jobs/runs/get-output", lambda _: {"run_id": UNKNOWN}, NO_RUN, ResourceDoesNotExist),
    Row("unknown run", "GET 2.2/jobs/runs/export", lambda _: {"run_id": UNKNOWN}, NO_RUN),
    Row("unknown run", "POST 2.2/jobs/runs/cancel", lambda _: {"run_id": UNKNOWN}, NO_RUN),
    Row("unknown run", "POST 2.2/jobs/runs/delete", lambda _: {"run_id": UNKNOWN}, NO_RUN),
    Row("unknown run", "POST 2.2/jobs/runs/repair", lambda _: {"run_id": UNKNOWN}, NO_RUN),
    Row("unknown job", "GET 2.2/jobs/get", lambda _: {"job_id": UNKNOWN}, NO_JOB, ResourceDoesNotExist),
    Row("unknown job", "POST 2.2/jobs/run-now", lambda _: {"job_id": UNKNOWN}, NO_JOB),
    Row("unknown job", "POST 2.2/jobs/delete", lambda _: {"job_id": UNKNOWN}, NO_JOB),
    Row("unknown job", "POST 2.2/jobs/update", lambda _: {"job_id": UNKNOWN}, NO_JOB),
    Row("unknown job", "POST 2.2/jobs/reset", lambda _: {"job_id": UNKNOWN, "new_settings": {}}, NO_JOB),
    Row("unknown job", "POST 2.2/jobs/runs/cancel-all", lambda _: {"job_id": UNKNOWN}, NO_JOB),
    Row("missing field", "GET 2.2/jobs/runs/get", lambda _: {}, "Missing required field: run_id"),
    Row("missing field", "POST 2.2/jobs/runs/submit", lambda _: {}, "Missing required field: tasks"),
    Row("missing field", "POST 2.2/jobs/runs/cancel", lambda _: {}, "Missing required field: run_id"),
    Row("missing field", "POST 2.2/jobs/run-now", lambda _: {}, "Missing required field: job_id"),
    Row("missing field", "POST 2.2/jobs/reset", lambda _: {"job_id": 1}, "Missing required field: new_settings"),
    Row("missing field", "GET 2.1/clusters/get", lambda _: {}, "Missing required field: cluster_id"),
    Row(
        "unknown path",
        "GET 2.2/no/such",
        lambda _: {},
        "No API found for 'GET /api/2.2/no/such'",
        NotFound,
        404,
        "ENDPOINT_NOT_FOUND",
    ),
    Row(
        "idempotency token of a deleted run",
        "POST 2.2/jobs/runs/submit",
        deleted_token,
        "The run of the idempotency token 'gone' has been deleted.",
    ),
    Row(
        "idempotency token over 64 characters",
        "POST 2.2/jobs/runs/submit",
        lambda lab: {"idempotency_token": "x" * 65, "tasks": [lab.task("pass").as_dict()]},
        f"Invalid value for field 'idempotency_token': String should have at most 64 characters, got '{'x' * 65}'",
    ),
    Row("output of a parent run", "GET 2.2/jobs/runs/get-output", lambda lab: {"run_id": any_run(lab)}, NO_OUTPUT),
    Row("export of a run", "GET 2.2/jobs/runs/export", lambda lab: {"run_id": any_run(lab)}, NO_VIEW),
    Row(
        "unknown cluster",
        "GET 2.1/clusters/get",
        lambda _: {"cluster_id": "0923-164208-meows279"},
        "Cluster 0923-164208-meows279 does not exist",
        ResourceDoesNotExist,
    ),
    Row(
        "unknown cluster",
        "POST 2.2/jobs/runs/submit",
        Task({"existing_cluster_id": "0923-164208-meows279"}).submit,
        "Cluster 0923-164208-meows279 does not exist",
    ),
    Row(
        "machines of a pool",
        "POST 2.2/jobs/runs/submit",
        Task({"new_cluster": {"spark_version": RUNTIME, "instance_pool_id": POOL, "node_type_id": "i3.xlarge"}}).submit,
        "Task 'a': the field 'node_type_id' cannot be supplied when an instance pool ID is provided.",
    ),
    Row(
        "kind of task",
        "POST 2.2/jobs/runs/submit",
        lambda _: {"tasks": [{"task_key": "a", "notebook_task": {"notebook_path": "/n"}}]},
        "Task 'a': notebook_task is not supported by the local workspace, which executes python_wheel_task and "
        "spark_python_task.",
    ),
    Row(
        "kind of parameters",
        "POST 2.2/jobs/run-now",
        lambda _: {"job_id": 1, "notebook_params": {"a": "b"}},
        "notebook_params is for tasks of a kind that the local workspace does not execute; it takes job_parameters, "
        "python_params and python_named_params.",
    ),
    Row(
        "parameters of job and of tasks",
        "POST 2.2/jobs/run-now",
        lambda _: {"job_id": 1, "job_parameters": {"a": "b"}, "python_params": ["c"]},
        "job_parameters cannot be combined with python_params.",
    ),
    Row(
        "schedule",
        "POST 2.2/jobs/create",
        lambda _: {"schedule": {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"}},
        "'schedule' is not supported by the local workspace, which starts no run by itself. Leave it out, or set its "
        "pause_status to PAUSED.",
    ),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.case}-{row.endpoint}")
def test_a_refusal_has_the_kind_the_code_and_the_words_of_the_table(lab: Lab, client: Client, row: Row) -> None:
    method, path = row.endpoint.split()
    fields = row.fields(lab)
    told = client.refusal(lambda client: client.ask(method, path, fields))
    if client.name == "sdk":
        assert told.kind is row.kind
    else:
        assert told.status == row.status
    if client.name != "async hook":  # it tells the status and nothing else
        assert told.code == row.code
        assert row.message in str(told.message)


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_token_is_refused(lab: Lab, name: str) -> None:
    with client_of(lab.server, name, token="dapi0") as client:
        told = client.refusal(lambda client: client.ask("GET", "2.2/jobs/runs/list"))
    if name == "sdk":
        assert told.kind is PermissionDenied
    else:
        assert told.status == 403
    if name != "async hook":
        assert str(told.message).startswith("Invalid access token.")


def test_no_token_at_all_is_refused(lab: Lab) -> None:
    client = WorkspaceClient(host=lab.server.url, credentials_strategy=credentials_strategy("none", [])(lambda _: dict))
    said = "^Credential was not sent or was of an unsupported type for this API"
    with client.api_client._api_client._session, pytest.raises(Unauthenticated, match=said):
        client.jobs.get_run(UNKNOWN)


def test_a_body_that_is_no_json_is_malformed(lab: Lab) -> None:
    said = r"^Invalid JSON given in the body of the request - failed to parse given JSON$"
    with pytest.raises(BadRequest, match=said):
        lab.client.api_client.do("POST", "/api/2.2/jobs/runs/submit", data="{")


@pytest.mark.parametrize("name", NAMES)
def test_cancelling_a_run_that_has_ended_is_no_error(lab: Lab, name: str) -> None:
    with client_of(lab.server, name) as client:
        assert client.ask("POST", "2.2/jobs/runs/cancel", {"run_id": any_run(lab)}) == {}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["2.2/jobs/runs/submit", "2.2/jobs/run-now"])
def test_an_idempotency_token_seen_before_gives_the_same_run(lab: Lab, name: str, path: str) -> None:
    tasks = [lab.task("pass").as_dict()]
    job_id = lab.client.jobs.create(tasks=[lab.job_task("pass")]).job_id
    asked = {"idempotency_token": f"{path} {name}", **({"job_id": job_id} if "run-now" in path else {"tasks": tasks})}
    with client_of(lab.server, name) as client:
        first, second = (client.ask("POST", path, asked) for _ in range(2))
    assert first == second
