"""Every refusal has the status, the code and the words of Databricks."""

from collections.abc import Callable

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, InvalidParameterValue, PermissionDenied, ResourceDoesNotExist
from tests.local_workspace.support import Lab, basic

ANY_PATH = ["/api/2.2/jobs/runs/list", "/api/2.0/fs/files/Volumes/a/b/c/d", "/api/2.0/mlflow/experiments/search", "/x"]
UNKNOWN = 4242


@pytest.mark.parametrize("path", ANY_PATH)
def test_without_a_token_nothing_is_answered(lab: Lab, path: str) -> None:
    refused = httpx.get(lab.server.url + path, trust_env=False)
    message = "Credential was not sent or was of an unsupported type for this API."
    assert (refused.status_code, refused.json()) == (401, {"error_code": 401, "message": message})


@pytest.mark.parametrize("path", ANY_PATH)
def test_with_another_token_nothing_is_answered(lab: Lab, path: str) -> None:
    refused = lab.server.http("dapi0").get(path)
    assert (refused.status_code, refused.json()) == (403, {"error_code": 403, "message": "Invalid access token."})
    assert refused.headers["X-Databricks-Reason-Phrase"] == "Invalid access token."


def test_the_sdk_takes_a_wrong_token_for_what_it_is(lab: Lab) -> None:
    with pytest.raises(PermissionDenied, match=r"Invalid access token\."):
        lab.server.sdk("dapi0").jobs.get_run(UNKNOWN)


def test_the_token_is_taken_as_a_basic_password_too(lab: Lab) -> None:
    url = f"{lab.server.url}/api/2.0/preview/scim/v2/Me"
    answer = httpx.get(url, headers={"Authorization": basic(lab.server.token)}, trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["X-Databricks-Org-Id"]


def test_the_configuration_that_new_clients_ask_for_needs_no_token(lab: Lab) -> None:
    assert httpx.get(f"{lab.server.url}/.well-known/databricks-config", trust_env=False).status_code == 200


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        # for a GET, the SDK makes the error that it ought to be of the one that comes
        (lambda client: client.jobs.get_run(UNKNOWN), ResourceDoesNotExist),
        (lambda client: client.jobs.get_run_output(UNKNOWN), ResourceDoesNotExist),
        (lambda client: client.jobs.cancel_run(UNKNOWN), InvalidParameterValue),
        (lambda client: client.jobs.delete_run(UNKNOWN), InvalidParameterValue),
    ],
    ids=["get", "get-output", "cancel", "delete"],
)
def test_an_unknown_run_does_not_exist(
    lab: Lab, call: Callable[[WorkspaceClient], object], kind: type[DatabricksError]
) -> None:
    with pytest.raises(kind, match=rf"^Run {UNKNOWN} does not exist\.$"):
        call(lab.client)


@pytest.mark.parametrize(("method", "path"), [("GET", "get"), ("GET", "get-output"), ("POST", "cancel")])
def test_an_unknown_run_is_an_invalid_parameter(lab: Lab, method: str, path: str) -> None:
    refused = lab.raw.request(method, f"/api/2.2/jobs/runs/{path}", json={"run_id": UNKNOWN})
    expected = {"error_code": "INVALID_PARAMETER_VALUE", "message": f"Run {UNKNOWN} does not exist."}
    assert (refused.status_code, refused.json()) == (400, expected)


def test_an_unknown_path_is_no_endpoint(lab: Lab) -> None:
    refused = lab.raw.get("/api/2.2/no/such")
    expected = {"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found for 'GET /api/2.2/no/such'"}
    assert (refused.status_code, refused.json()) == (404, expected)


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff\xfe", b'"text"'])
def test_a_body_that_is_no_json_object_is_malformed(lab: Lab, body: bytes) -> None:
    refused = lab.raw.post("/api/2.2/jobs/runs/submit", content=body)
    message = "Invalid JSON given in the body of the request - failed to parse given JSON"
    assert (refused.status_code, refused.json()) == (400, {"error_code": "MALFORMED_REQUEST", "message": message})


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("cancel", {}, "Missing required field: run_id"),
        ("submit", {}, "Missing required field: tasks"),
        ("cancel", {"run_id": "many"}, "Invalid value for field 'run_id'"),
        ("submit", {"tasks": [{"task_key": "a"}]}, "Task 'a' must specify exactly one of"),
    ],
)
def test_a_missing_or_wrong_field_is_named(lab: Lab, path: str, body: dict[str, object], message: str) -> None:
    refused = lab.raw.post(f"/api/2.2/jobs/runs/{path}", json=body)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert refused.json()["message"].startswith(message)


def test_the_parameters_of_a_get_may_come_as_a_body(lab: Lab) -> None:
    refused = lab.raw.request("GET", "/api/2.2/jobs/runs/get", json={"run_id": UNKNOWN})
    assert refused.json()["message"] == f"Run {UNKNOWN} does not exist."
