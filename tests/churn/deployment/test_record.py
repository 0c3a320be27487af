"""What a decision's MLflow run says."""

import json

import pytest

from churn.config import load_settings
from churn.deployment.record import LONGEST_TAG, metrics, tags, version_tags
from churn.gate.decision import Decision
from churn.gate.evidence import Evidence, Measurement, Reference, RegistryState, Role
from churn.gate.policy import Metric
from churn.gate.reasons import ReasonCode, Verdict, hold

POLICY = load_settings("local").gate


@pytest.fixture
def evidence() -> Evidence:
    """Of a comparison that had nothing to compare."""
    state = RegistryState(candidate_version="3", staging_versions=("3",), production_versions=())
    return Evidence(
        model_name="churn",
        reference=Reference(
            table="main.c.r",
            delta_version=7,
            rows=10,
            positives=4,
            salt="s",
            earlier_decisions=2,
            read_with={"main.c.f": 3},
        ),
        registry_before=state,
        registry_after=state,
        measurement=Measurement(
            metric=Metric.ROC_AUC,
            threshold=0.5,
            cost_matrix=POLICY.cost_matrix,
            bootstrap=POLICY.bootstrap,
            confidence=0.95,
        ),
        training_runs={Role.CANDIDATE: "run-3"},
    )


def decision(*sentences: str) -> Decision:
    return Decision(
        verdict=Verdict.HOLD, reasons=tuple(hold(ReasonCode.NOT_MEASURED, sentence) for sentence in sentences)
    )


def test_tags_are_what_the_branch_operator_reads(evidence: Evidence) -> None:
    assert tags(evidence, decision("Because.", "And so.")) == {
        "gate.record": "comparison",
        "gate.model_name": "churn",
        "gate.verdict": "HOLD",
        "gate.reasons": '["Because.", "And so."]',
        "gate.candidate_version": "3",
        "gate.production_version": "",
        "gate.candidate_run_id": "run-3",
        "gate.production_run_id": "",
        "gate.reference": "main.c.r@v7",
        "gate.reference_salt": "s",
    }


def test_no_version_is_an_empty_tag(evidence: Evidence) -> None:
    """A tag that is missing would look like a record that is incomplete."""
    nothing = RegistryState(candidate_version=None, staging_versions=(), production_versions=())

    found = tags(evidence.model_copy(update={"registry_before": nothing, "reference": None}), decision("x"))

    assert (found["gate.candidate_version"], found["gate.production_version"]) == ("", "")
    assert "gate.reference" not in found


def test_both_versions_lead_to_the_record_and_keep_their_own_verdicts_apart(evidence: Evidence) -> None:
    state = RegistryState(candidate_version="3", staging_versions=("3",), production_versions=("2",))

    found = version_tags(evidence.model_copy(update={"registry_before": state}), decision("x"), "run-9")

    assert found == {
        "3": {"gate.verdict": "HOLD", "gate.comparison_run_id": "run-9", "gate.compared_with": "2"},
        "2": {"gate.challenge_verdict": "HOLD", "gate.challenge_run_id": "run-9", "gate.challenged_by": "3"},
    }


def test_a_first_version_was_compared_with_nothing(evidence: Evidence) -> None:
    (found,) = version_tags(evidence, decision("x"), "run-9").values()

    assert found["gate.compared_with"] == ""


@pytest.mark.parametrize(
    ("staging", "production"), [((), ("1",)), (("2", "3"), ("1",)), (("3",), ("3",)), (("3",), ("1", "2"))]
)
def test_versions_are_left_alone_where_it_is_not_clear_which_to_compare(
    evidence: Evidence, staging: tuple[str, ...], production: tuple[str, ...]
) -> None:
    candidate = staging[-1] if staging else None
    state = RegistryState(candidate_version=candidate, staging_versions=staging, production_versions=production)

    assert version_tags(evidence.model_copy(update={"registry_before": state}), decision("x"), "run-9") == {}


def test_reasons_that_are_too_long_for_a_tag_stay_valid(evidence: Evidence) -> None:
    sentences = [f"Reason {number} {'x' * 100}" for number in range(100)]

    reasons = tags(evidence, decision(*sentences))["gate.reasons"]

    assert len(reasons) <= LONGEST_TAG
    assert json.loads(reasons) == sentences[: len(json.loads(reasons))]


def test_without_a_measurement_the_rows_are_all_the_numbers(evidence: Evidence) -> None:
    assert metrics(evidence) == {
        "reference_rows": 10,
        "reference_positives": 4,
        "reference_earlier_decisions": 2,
    }
