"""A record in words, for a terminal."""

from datetime import UTC, datetime

import pytest

from churn.gate.acts import Act, ActKind
from churn.gate.decision import decide
from churn.gate.evidence import Evidence
from churn.gate.explain import VersionHistory, explain, explain_version
from churn.gate.policy import Policy
from churn.gate.record import Record, Recorded


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


def test_it_names_the_training_runs(policy: Policy, evidence: Evidence) -> None:
    record = Record(policy=policy, evidence=evidence, decision=decide(policy, evidence))

    assert "The candidate came from training run run-2.\nThe production" in explain(record)


def at(hour: int) -> datetime:
    return datetime(2026, 3, 1, hour, tzinfo=UTC)


def act(kind: ActKind, hour: int, replaced: str = "") -> Act:
    return Act(
        run_id=f"act-{hour}",
        at=at(hour),
        kind=kind,
        model_name="telco_churn",
        version="2",
        replaced_version=replaced,
        comparison_run_id="run-9",
        approved_by="ada",
        reason="It is better.",
        dag_id="deploy_gate",
        dag_run_id="manual__1",
    )


def test_a_history_is_told_in_the_order_in_which_it_happened(policy: Policy, evidence: Evidence) -> None:
    record = Record(policy=policy, evidence=evidence, decision=decide(policy, evidence))
    compared = Recorded(run_id="run-9", at=at(9), dag_id="deploy_gate", dag_run_id="manual__1", record=record)
    challenged = compared.model_copy(update={"run_id": "run-11", "at": at(11), "dag_id": "", "dag_run_id": ""})
    history = VersionHistory(
        model_name="telco_churn",
        version="2",
        comparisons=(compared,),
        challenges=(challenged,),
        acts=(act(ActKind.PROMOTED, 10, replaced="1"), act(ActKind.REFUSED, 8)),
    )

    told = explain_version(history)

    assert [line for line in told.splitlines() if line.startswith("==")] == [
        "== Refused 2026-03-01 08:00:00 UTC by deploy_gate manual__1, MLflow run act-8",
        "== Compared 2026-03-01 09:00:00 UTC by deploy_gate manual__1, MLflow run run-9",
        "== Promoted 2026-03-01 10:00:00 UTC by deploy_gate manual__1, MLflow run act-10",
        "== Challenged 2026-03-01 11:00:00 UTC, MLflow run run-11",
    ]
    assert explain(record) in told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ActKind.PROMOTED, "Version 2 was promoted to Production in place of version 1, approved by ada, after"),
        (ActKind.ARCHIVED, "Version 2 was archived in place of version 1, approved by ada, after"),
        (ActKind.ROLLED_BACK, "Production was rolled back to version 2 in place of version 1, approved by ada, after"),
        (ActKind.REFUSED, "A move of version 2 was refused, and nothing moved: It is better."),
    ],
)
def test_an_act_says_who_answers_for_it(kind: ActKind, told: str) -> None:
    assert act(kind, 8, replaced="1").in_words().startswith(told)
