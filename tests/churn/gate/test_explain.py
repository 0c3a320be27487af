"""A record in words, for a terminal."""

from churn.gate.decision import decide
from churn.gate.evidence import Evidence
from churn.gate.explain import explain
from churn.gate.policy import Policy
from churn.gate.record import Record


def test_it_tells_what_was_compared_the_verdict_and_every_reason(policy: Policy, evidence: Evidence) -> None:
    record = Record(policy=policy, evidence=evidence, decision=decide(policy, evidence))

    text = explain(record)

    assert text.startswith("Version 2 of telco_churn was compared with version 1 in Production, on 2,000 customers")
    assert "Verdict: PROMOTE, because" in text
    for reason in record.decision.reasons:
        assert f"  - {reason.sentence}" in text


def test_it_says_how_often_the_reference_has_served(policy: Policy, evidence: Evidence) -> None:
    record = Record(policy=policy, evidence=evidence, decision=decide(policy, evidence))

    assert "These reference rows have served 4 decisions before this one." in explain(record)
