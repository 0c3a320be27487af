"""Faults on purpose: which requests meet them, when, how often, and what a client sees."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.local_workspace.support import VOLUME, Lab

FAULTS = "/api/local/faults"
ME = "/api/2.0/preview/scim/v2/Me"
EXPERIMENTS = "/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default"
Inject = Callable[..., None]


@pytest.fixture
def inject(lab: Lab) -> Iterator[Inject]:
    def put(**rule: Any) -> None:
        rules = lab.raw.get(FAULTS).json()["rules"]
        known = [{name: value for name, value in old.items() if name not in {"seen", "applied"}} for old in rules]
        assert lab.raw.put(FAULTS, json={"rules": [*known, rule]}).is_success

    yield put
    lab.raw.delete(FAULTS)


def test_a_rule_applies_to_its_requests_only_and_as_often_as_it_says(lab: Lab, inject: Inject) -> None:
    inject(method="get", path="/api/2.0/preview/scim/*", status=503, skip=1, times=2)
    assert [lab.raw.get(ME).status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    assert lab.raw.get("/health").is_success
    (rule,) = lab.raw.get(FAULTS).json()["rules"]
    assert (rule["seen"], rule["applied"]) == (3, 2)


def test_rules_apply_one_after_the_other(lab: Lab, inject: Inject) -> None:
    inject(path=ME, status=503)
    inject(path=ME, status=429, headers={"Retry-After": "0"})
    answers = [lab.raw.get(ME) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 429, 200]
    assert answers[1].headers["retry-after"] == "0"


def test_a_rule_can_be_for_one_client_only(lab: Lab, inject: Inject) -> None:
    inject(path=ME, client="databricks-airflow/*", status=503)
    assert lab.raw.get(ME).is_success
    assert lab.raw.get(ME, headers={"User-Agent": "databricks-airflow/7 _/0"}).status_code == 503


def test_an_answer_can_be_json_or_any_text(lab: Lab, inject: Inject) -> None:
    inject(path=ME, status=400, body={"error_code": "NO", "message": "no"})
    inject(path=ME, body='{"cut', headers={"Content-Type": "application/json"})
    assert lab.raw.get(ME).json() == {"error_code": "NO", "message": "no"}
    garbled = lab.raw.get(ME)
    assert (garbled.text, garbled.headers["content-type"]) == ('{"cut', "application/json")


def test_before_the_effect_nothing_is_done_and_after_it_everything(lab: Lab, inject: Inject) -> None:
    path = "/api/2.0/fs/files" + VOLUME
    inject(path=f"{path}/before", status=503)
    inject(path=f"{path}/after", status=503, moment="after")
    for name in ("before", "after"):
        assert lab.raw.put(f"{path}/{name}", content=b"x").status_code == 503
    assert lab.raw.get(f"{path}/before").status_code == 404
    assert lab.raw.get(f"{path}/after").content == b"x"


def test_answers_of_one_status_can_be_changed_and_the_others_left_alone(lab: Lab, inject: Inject) -> None:
    inject(path="/api/2.?/jobs/runs/get", moment="after", answered=400, status=404, times=None)
    for _ in range(2):
        unknown = lab.raw.get("/api/2.2/jobs/runs/get?run_id=4242")
        assert (unknown.status_code, unknown.json()["message"]) == (404, "Run 4242 does not exist.")
    known = lab.submit(lab.task("pass"))
    assert lab.raw.get(f"/api/2.2/jobs/runs/get?run_id={known}").status_code == 200


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_can_end_without_an_answer(lab: Lab, inject: Inject, moment: str) -> None:
    inject(path=ME, drop="connection", moment=moment)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        lab.raw.get(ME)
    assert lab.raw.get(ME).is_success


def test_a_connection_can_end_within_the_body(lab: Lab, inject: Inject) -> None:
    inject(path=ME, drop="body", moment="after")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        lab.raw.get(ME)


def test_an_answer_can_be_late(lab: Lab, inject: Inject) -> None:
    inject(path=ME, delay_seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        lab.raw.get(ME, timeout=0.2)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_requests_that_are_handed_on_to_mlflow_meet_faults_too(lab: Lab, inject: Inject, moment: str) -> None:
    inject(path="/api/2.0/mlflow/*", status=500, moment=moment)
    assert [lab.raw.get(EXPERIMENTS).status_code for _ in range(2)] == [500, 200]


def test_the_sdk_gets_over_a_fault_that_it_retries(lab: Lab, inject: Inject) -> None:
    inject(path=ME, status=429, headers={"Retry-After": "0"}, body={"error_code": "X", "message": "busy"})
    assert lab.client.current_user.me().active


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"path": "/x", "status": 99}, "Invalid value for field 'rules.0.status'"),
        ({"path": "/x", "statuss": 500}, "Invalid value for field 'rules.0.statuss'"),
        ({"path": "/x"}, "A rule needs at least one of"),
        ({"status": 500}, "Missing required field: rules.0.path"),
        ({"path": "/x", "status": 404, "answered": 400}, "only rules of moment 'after' have"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(lab: Lab, rule: dict[str, object], message: str) -> None:
    refused = lab.raw.put(FAULTS, json={"rules": [rule]})
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert message in refused.json()["message"]
