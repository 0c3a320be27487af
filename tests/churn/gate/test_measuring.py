"""From what a job saw to a record that can be decided on."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from churn.gate.decision import ReasonCode, Verdict, decide
from churn.gate.evidence import Evidence, Method, Problem, ProblemCode, RegistryState, Role
from churn.gate.measuring import build_evidence
from churn.gate.observed import Observed, ReferenceRows, ScoredVersion
from churn.gate.policy import Metric, Policy


def with_scores(observed: Observed, role: str, scores: Any) -> Observed:
    version: ScoredVersion = getattr(observed, role)
    changes: dict[str, Any] = {role: replace(version, scores=scores)}
    return replace(observed, **changes)


def with_labels(observed: Observed, labels: Any) -> Observed:
    assert observed.rows is not None
    return replace(observed, rows=replace(observed.rows, labels=labels))


def rows_of(observed: Observed) -> ReferenceRows:
    assert observed.rows is not None
    return observed.rows


def problems(evidence: Evidence) -> list[tuple[ProblemCode, Role | None]]:
    return [(problem.code, problem.role) for problem in evidence.problems]


class TestACompleteComparison:
    def test_says_what_was_compared(self, evidence: Evidence) -> None:
        assert evidence.reference is not None
        assert evidence.candidate is not None
        assert evidence.production is not None
        assert (evidence.reference.rows, evidence.reference.delta_version) == (2_000, 3)
        assert evidence.reference.earlier_decisions == 4
        assert (evidence.candidate.version, evidence.production.version) == ("2", "1")
        assert evidence.training_runs == {Role.CANDIDATE: "run-2", Role.PRODUCTION: "run-1"}
        assert evidence.reference.read_with == {"main.churn.churn_features": 5}

    def test_holds_every_metric_with_its_error(self, evidence: Evidence) -> None:
        assert evidence.comparison is not None
        assert evidence.comparison.differences.keys() == set(Metric)
        methods = {metric: found.method for metric, found in evidence.comparison.differences.items()}
        assert methods.pop(Metric.ROC_AUC) is Method.DELONG
        assert set(methods.values()) == {Method.BOOTSTRAP}

    def test_turns_every_difference_so_that_positive_is_better(self, evidence: Evidence) -> None:
        assert evidence.candidate is not None
        assert evidence.production is not None
        assert evidence.comparison is not None
        for metric, difference in evidence.comparison.differences.items():
            change = evidence.candidate.metrics[metric] - evidence.production.metrics[metric]
            lower_is_better = metric in {Metric.LOG_LOSS, Metric.BRIER_SCORE}
            assert difference.gain == pytest.approx(-change if lower_is_better else change)

    def test_slices_every_customer_once_by_each_column(self, evidence: Evidence) -> None:
        assert evidence.comparison is not None
        assert set(evidence.comparison.sliced_by) == {"Contract", "SeniorCitizen", "gender", "PaymentMethod", "tenure"}
        for column in evidence.comparison.sliced_by:
            assert sum(slice_.rows for slice_ in evidence.comparison.slices if slice_.column == column) == 2_000

    def test_is_the_same_for_the_same_rows(self, policy: Policy, observed: Observed, evidence: Evidence) -> None:
        assert build_evidence(policy, observed) == evidence

    def test_of_a_candidate_with_itself_shows_no_difference(self, policy: Policy, observed: Observed) -> None:
        assert observed.candidate is not None
        equal = build_evidence(policy, with_scores(observed, "production", observed.candidate.scores.copy()))

        decision = decide(policy, equal)

        assert equal.comparison is not None
        assert {(found.gain, found.standard_error) for found in equal.comparison.differences.values()} == {(0.0, 0.0)}
        assert decision.verdict is Verdict.ARCHIVE
        assert [reason.code for reason in decision.reasons] == [ReasonCode.EQUAL_SCORES]

    def test_slices_by_any_metric(self, policy: Policy, observed: Observed, revise: Any) -> None:
        by_loss = revise(policy, {"metric": "log_loss", "guardrails.floor": 0.6})

        evidence = build_evidence(by_loss, observed)

        assert evidence.comparison is not None
        assert {slice_.difference.method for slice_ in evidence.comparison.slices} == {Method.BOOTSTRAP}
        assert decide(by_loss, evidence).verdict is Verdict.PROMOTE

    def test_leaves_out_slices_of_one_class(self, policy: Policy, observed: Observed) -> None:
        rows = rows_of(observed)
        contracts = np.where(rows.labels == 1, "Month-to-month", rows.customers["Contract"])
        customers = rows.customers.assign(Contract=contracts)

        evidence = build_evidence(policy, replace(observed, rows=replace(rows, customers=customers)))

        assert evidence.comparison is not None
        assert {slice_.value for slice_ in evidence.comparison.slices if slice_.column == "Contract"} == {
            "Month-to-month"
        }
        assert decide(policy, evidence).verdict is Verdict.PROMOTE


class TestAnIncompleteComparison:
    def test_without_production_measures_the_candidate(self, policy: Policy, observed: Observed) -> None:
        nobody = RegistryState(candidate_version="2", staging_versions=("2",), production_versions=())
        first = replace(observed, production=None, registry_before=nobody, registry_after=nobody)

        evidence = build_evidence(policy, first)

        assert evidence.candidate is not None
        assert evidence.comparison is None
        assert decide(policy, evidence).verdict is Verdict.PROMOTE

    @pytest.mark.parametrize("role", ["candidate", "production"])
    @pytest.mark.parametrize(
        ("spoil", "code"),
        [
            (lambda scores: np.where(np.arange(scores.size) == 5, np.nan, scores), ProblemCode.SCORES_NOT_FINITE),
            (lambda scores: np.where(np.arange(scores.size) == 5, -np.inf, scores), ProblemCode.SCORES_NOT_FINITE),
            (lambda scores: np.array([None, *scores[1:]], dtype=object), ProblemCode.SCORES_NOT_FINITE),
            (lambda scores: scores * 3, ProblemCode.SCORES_OUT_OF_RANGE),
            (lambda scores: (scores > 0.5).astype(float), ProblemCode.NO_PROBABILITIES),
            (lambda scores: scores[:-1], ProblemCode.ROWS_DIFFER),
        ],
    )
    def test_scores_that_cannot_be_used_are_held(
        self, policy: Policy, observed: Observed, role: str, spoil: Any, code: ProblemCode
    ) -> None:
        scores = getattr(observed, role).scores

        evidence = build_evidence(policy, with_scores(observed, role, spoil(scores)))

        assert problems(evidence) == [(code, Role(role))]
        assert evidence.comparison is None
        decision = decide(policy, evidence)
        assert decision.verdict is Verdict.HOLD
        assert [reason.code.value for reason in decision.reasons] == [code.value]

    def test_a_bad_score_is_named_by_its_customer(self, policy: Policy, observed: Observed) -> None:
        assert observed.candidate is not None
        scores = observed.candidate.scores.copy()
        scores[[17, 40]] = np.nan

        evidence = build_evidence(policy, with_scores(observed, "candidate", scores))

        assert evidence.problems[0].sentence == (
            "Version 2 (candidate) gave 2 scores that are NaN or infinite, the first for customer customer-0017."
        )

    def test_the_same_rows_in_another_order_are_held(self, policy: Policy, observed: Observed) -> None:
        assert observed.production is not None
        reversed_ = replace(
            observed.production, keys=observed.production.keys[::-1], scores=observed.production.scores[::-1]
        )

        evidence = build_evidence(policy, replace(observed, production=reversed_))

        assert problems(evidence) == [(ProblemCode.ROWS_DIFFER, Role.PRODUCTION)]

    def test_one_class_is_held(self, policy: Policy, observed: Observed) -> None:
        evidence = build_evidence(policy, with_labels(observed, np.zeros(2_000, dtype=int)))

        assert problems(evidence) == [(ProblemCode.ONE_CLASS, None)]

    @pytest.mark.parametrize("strange", [2, np.nan])
    def test_labels_other_than_zero_and_one_are_held(self, policy: Policy, observed: Observed, strange: float) -> None:
        labels = rows_of(observed).labels.astype(float)
        labels[0] = strange

        evidence = build_evidence(policy, with_labels(observed, labels))

        assert problems(evidence) == [(ProblemCode.LABELS_NOT_BINARY, None)]

    @pytest.mark.parametrize("kept", [0, 40])
    def test_too_few_rows_are_held(self, policy: Policy, observed: Observed, kept: int) -> None:
        rows = rows_of(observed)
        changes: dict[str, Any] = {
            role: replace(version, keys=version.keys[:kept], scores=version.scores[:kept])
            for role, version in (("candidate", observed.candidate), ("production", observed.production))
            if version is not None
        }
        kept_rows = replace(rows, keys=rows.keys[:kept], labels=rows.labels[:kept], customers=rows.customers[:kept])
        few = replace(observed, rows=kept_rows, **changes)

        decision = decide(policy, build_evidence(policy, few))

        assert decision.verdict is Verdict.HOLD
        assert ReasonCode.TOO_FEW_ROWS in [reason.code for reason in decision.reasons]

    @pytest.mark.parametrize(
        ("code", "lost"),
        [
            (ProblemCode.MISSING_TABLE, {"rows": None, "candidate": None, "production": None}),
            (ProblemCode.MODEL_NOT_LOADABLE, {"candidate": None}),
            (ProblemCode.MODEL_NOT_LOADABLE, {"production": None}),
            (ProblemCode.TRAINED_ON_REFERENCE, {}),
        ],
    )
    def test_what_the_job_met_is_held(
        self, policy: Policy, observed: Observed, code: ProblemCode, lost: dict[str, Any]
    ) -> None:
        problem = Problem(code=code, sentence="What the job met.")

        evidence = build_evidence(policy, replace(observed, problems=(problem,), **lost))

        decision = decide(policy, evidence)
        assert decision.verdict is Verdict.HOLD
        assert [reason.sentence for reason in decision.reasons] == ["What the job met."]

    def test_a_missing_slice_column_is_held(self, policy: Policy, observed: Observed) -> None:
        rows = rows_of(observed)
        without = replace(observed, rows=replace(rows, customers=rows.customers.drop(columns="Contract")))

        decision = decide(policy, build_evidence(policy, without))

        assert [reason.sentence for reason in decision.reasons] == [
            "The policy asks for slices by Contract, which the evidence does not hold: compare again."
        ]
