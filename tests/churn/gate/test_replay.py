"""Another policy over recorded evidence."""

from datetime import UTC, datetime
from typing import Any

import pytest

from churn.gate.decision import ReasonCode, Verdict, decide
from churn.gate.evidence import Evidence
from churn.gate.policy import Policy
from churn.gate.record import Record, Recorded
from churn.gate.replay import Replayed, replay, tabulate


@pytest.fixture
def past(policy: Policy, evidence: Evidence) -> Recorded:
    return Recorded(
        run_id="run-9",
        at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
        dag_id="deploy_gate",
        dag_run_id="manual__1",
        record=Record(policy=policy, evidence=evidence, decision=decide(policy, evidence)),
    )


def codes(decision: Replayed) -> list[ReasonCode]:
    return [reason.code for reason in decision.replayed.reasons]


def test_the_same_policy_decides_the_same(policy: Policy, past: Recorded) -> None:
    (found,) = replay(policy, [past])

    assert not found.differs
    assert found.replayed == found.recorded


def test_a_stricter_policy_differs_and_says_why(past: Recorded, policy: Policy, revise: Any) -> None:
    (found,) = replay(revise(policy, {"guardrails.floor": 0.99}), [past])

    assert found.differs
    assert found.replayed.verdict is Verdict.ARCHIVE
    assert codes(found) == [ReasonCode.BELOW_FLOOR]


def test_what_was_not_measured_is_held_not_guessed(past: Recorded, policy: Policy, revise: Any) -> None:
    (found,) = replay(revise(policy, {"guardrails.slices.columns": ("Partner",)}), [past])

    assert found.replayed.verdict is Verdict.HOLD
    assert codes(found) == [ReasonCode.NOT_MEASURED]


def test_the_table_has_a_row_a_decision_and_the_reasons_of_those_that_differ(
    past: Recorded, policy: Policy, revise: Any
) -> None:
    stricter = revise(policy, {"guardrails.floor": 0.99})
    undecided = revise(past, {"run_id": "run-8", "record.evidence.candidate": None, "record.decision.verdict": "HOLD"})

    head, first, second, rest = tabulate(replay(stricter, [past, undecided])).split("\n", 3)

    assert head.split() == ["when", "MLflow", "run", "candidate", "Production", "recorded", "replayed"]
    assert first.split() == ["2026-03-01", "12:30:00", "UTC", "run-9", "2", "1", "PROMOTE", "ARCHIVE", "differs"]
    assert second.split() == ["2026-03-01", "12:30:00", "UTC", "run-8", "2", "1", "HOLD", "HOLD"]
    assert "1 of 2 decisions would differ." in rest
    assert "run-9\n  recorded PROMOTE, because\n  - The gain" in rest
    assert "  replayed ARCHIVE, because\n  - The candidate's ROC AUC is" in rest


def test_a_record_survives_the_way_through_json(past: Recorded) -> None:
    assert Recorded.model_validate_json(past.model_dump_json()) == past
