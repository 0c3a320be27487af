"""Another policy over recorded evidence."""

from typing import Any

import pytest

from churn.gate.decision import ReasonCode, Verdict, decide
from churn.gate.evidence import Evidence
from churn.gate.policy import Policy
from churn.gate.record import Record
from churn.gate.replay import replay


@pytest.fixture
def record(policy: Policy, evidence: Evidence) -> Record:
    return Record(policy=policy, evidence=evidence, decision=decide(policy, evidence))


def test_the_same_policy_decides_the_same(record: Record) -> None:
    (found,) = replay(record.policy, [("run-9", record)])

    assert not found.differs
    assert found.in_words() == "run-9: version 2 PROMOTE as recorded"


def test_a_stricter_policy_differs_and_says_why(record: Record, revise: Any) -> None:
    stricter = revise(record.policy, {"guardrails.floor": 0.99})

    (found,) = replay(stricter, [("run-9", record)])

    assert found.replayed.verdict is Verdict.ARCHIVE
    assert found.new_reasons == [ReasonCode.BELOW_FLOOR]
    assert found.in_words().startswith(
        "run-9: version 2 ARCHIVE where PROMOTE was recorded, because\n  - The candidate"
    )


def test_what_was_not_measured_is_held_not_guessed(record: Record, revise: Any) -> None:
    by_another_slice = revise(record.policy, {"guardrails.slices.columns": ("Partner",)})

    (found,) = replay(by_another_slice, [("run-9", record)])

    assert found.replayed.verdict is Verdict.HOLD
    assert ReasonCode.NOT_MEASURED in found.new_reasons


def test_a_record_survives_the_way_through_json(record: Record) -> None:
    assert Record.model_validate_json(record.model_dump_json()) == record
