"""Every case that a decision has a defined answer for."""

from typing import Any

import pytest

from churn.gate.decision import Decision, ReasonCode, Verdict, decide
from churn.gate.evidence import Evidence, Problem, ProblemCode, Role
from churn.gate.policy import Metric, Policy

AUC = "comparison.differences.roc_auc"
NO_DIFFERENCE = {"gain": 0.0, "standard_error": 0.0, "method": "delong"}


def codes(decision: Decision) -> list[ReasonCode]:
    return [reason.code for reason in decision.reasons]


def difference(gain: float, standard_error: float) -> dict[str, Any]:
    return {"gain": gain, "standard_error": standard_error, "method": "delong"}


def test_a_better_candidate_within_every_limit_is_promoted(policy: Policy, evidence: Evidence) -> None:
    decision = decide(policy, evidence)

    assert decision.verdict is Verdict.PROMOTE
    assert codes(decision)[:2] == [ReasonCode.BETTER, ReasonCode.NON_INFERIOR]
    assert set(codes(decision)[2:]) == {ReasonCode.GUARDRAIL_HELD}
    assert decision.other_checks == ()


def test_every_reason_is_a_sentence_with_its_numbers(policy: Policy, evidence: Evidence, revise: Any) -> None:
    decision = decide(policy, revise(evidence, {AUC: difference(-0.0123, 0.001)}))

    assert decision.reasons[0].sentence == (
        "The gain in ROC AUC is -0.0123 (95% interval -0.0143 to -0.0103): better asks for a gain above 0."
    )


class TestCriteria:
    @pytest.mark.parametrize(
        ("criteria", "gain", "standard_error", "verdict"),
        [
            (["better"], 0.0001, 0.1, Verdict.PROMOTE),
            (["better"], -0.0001, 0.0, Verdict.ARCHIVE),
            (["non_inferior"], -0.002, 0.002, Verdict.PROMOTE),
            (["non_inferior"], 0.002, 0.02, Verdict.ARCHIVE),
            (["superior"], 0.02, 0.005, Verdict.PROMOTE),
            (["superior"], 0.02, 0.02, Verdict.ARCHIVE),
            (["better", "non_inferior"], 0.002, 0.002, Verdict.PROMOTE),
            (["better", "non_inferior"], -0.002, 0.002, Verdict.ARCHIVE),
            (["better", "non_inferior"], 0.002, 0.02, Verdict.ARCHIVE),
        ],
    )
    def test_all_of_them_must_hold(
        self,
        policy: Policy,
        evidence: Evidence,
        revise: Any,
        criteria: list[str],
        gain: float,
        standard_error: float,
        verdict: Verdict,
    ) -> None:
        asked = revise(policy, {"criteria": criteria, "margin": 0.01, "min_effect": 0.0})

        assert decide(asked, revise(evidence, {AUC: difference(gain, standard_error)})).verdict is verdict

    def test_superior_asks_for_more_than_the_minimum_effect(
        self, policy: Policy, evidence: Evidence, revise: Any
    ) -> None:
        measured = revise(evidence, {AUC: difference(0.02, 0.005)})

        assert decide(revise(policy, {"criteria": ["superior"], "min_effect": 0.01}), measured).verdict == "PROMOTE"
        assert codes(decide(revise(policy, {"criteria": ["superior"], "min_effect": 0.011}), measured)) == [
            ReasonCode.NOT_SUPERIOR
        ]

    def test_equal_scores_are_never_better(self, policy: Policy, evidence: Evidence, revise: Any) -> None:
        equal = revise(evidence, {"comparison.scores_are_equal": True, AUC: NO_DIFFERENCE})

        decision = decide(policy, equal)

        assert decision.verdict is Verdict.ARCHIVE
        assert codes(decision) == [ReasonCode.EQUAL_SCORES]

    def test_equal_scores_are_good_enough_where_only_non_inferiority_is_asked(
        self, policy: Policy, evidence: Evidence, revise: Any
    ) -> None:
        equal = revise(evidence, {"comparison.scores_are_equal": True, AUC: NO_DIFFERENCE})

        assert decide(revise(policy, {"criteria": ["non_inferior"]}), equal).verdict is Verdict.PROMOTE

    def test_a_loss_that_fell_is_a_gain(self, policy: Policy, evidence: Evidence, revise: Any) -> None:
        by_loss = revise(policy, {"metric": "log_loss", "guardrails.floor": 0.6, "guardrails.slices": None})
        assert evidence.candidate is not None
        assert evidence.production is not None

        assert evidence.candidate.metrics[Metric.LOG_LOSS] < evidence.production.metrics[Metric.LOG_LOSS]
        assert ReasonCode.BETTER in codes(decide(by_loss, evidence))


class TestGuardrails:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"candidate.metrics.roc_auc": 0.7499}, ReasonCode.BELOW_FLOOR),
            ({"candidate.calibration.ece": 0.11}, ReasonCode.CALIBRATION_ERROR),
            ({"candidate.calibration.slope": 0.4}, ReasonCode.CALIBRATION_SLOPE),
            ({"candidate.calibration.slope": 2.1}, ReasonCode.CALIBRATION_SLOPE),
            ({"candidate.calibration.slope": None}, ReasonCode.CALIBRATION_SLOPE),
        ],
    )
    def test_a_failure_of_quality_archives(
        self, policy: Policy, evidence: Evidence, revise: Any, changes: dict[str, Any], code: ReasonCode
    ) -> None:
        decision = decide(policy, revise(evidence, changes))

        assert decision.verdict is Verdict.ARCHIVE
        assert codes(decision) == [code]
        assert decision.other_checks

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"comparison.drift.psi": 0.3}, ReasonCode.PREDICTION_DRIFT),
            ({"candidate.scoring_seconds": 9.0, "production.scoring_seconds": 2.0}, ReasonCode.SLOW_SCORING),
        ],
    )
    def test_another_behaviour_is_for_a_person_to_see(
        self, policy: Policy, evidence: Evidence, revise: Any, changes: dict[str, Any], code: ReasonCode
    ) -> None:
        decision = decide(policy, revise(evidence, changes))

        assert decision.verdict is Verdict.HOLD
        assert codes(decision) == [code]

    def test_a_failure_of_quality_outweighs_another_behaviour(
        self, policy: Policy, evidence: Evidence, revise: Any
    ) -> None:
        decision = decide(policy, revise(evidence, {"comparison.drift.psi": 0.3, "candidate.metrics.roc_auc": 0.6}))

        assert decision.verdict is Verdict.ARCHIVE
        assert ReasonCode.PREDICTION_DRIFT in [reason.code for reason in decision.other_checks]

    def test_a_short_scoring_time_is_not_judged(self, policy: Policy, evidence: Evidence, revise: Any) -> None:
        quick = revise(evidence, {"candidate.scoring_seconds": 0.9, "production.scoring_seconds": 0.01})

        assert decide(policy, quick).verdict is Verdict.PROMOTE

    def test_for_a_loss_the_floor_is_the_highest_value(self, policy: Policy, evidence: Evidence, revise: Any) -> None:
        by_loss = {"metric": "log_loss", "guardrails.slices": None}

        assert decide(revise(policy, {**by_loss, "guardrails.floor": 0.9}), evidence).verdict is Verdict.PROMOTE
        assert codes(decide(revise(policy, {**by_loss, "guardrails.floor": 0.1}), evidence)) == [ReasonCode.BELOW_FLOOR]

    def test_a_guardrail_set_to_null_is_off(self, policy: Policy, evidence: Evidence, revise: Any) -> None:
        off = revise(
            policy, {f"guardrails.{name}": None for name in ("floor", "calibration", "slices", "drift", "scoring_time")}
        )
        bad = revise(evidence, {"candidate.calibration.ece": 0.5, "comparison.drift.psi": 3.0})

        assert codes(decide(off, bad)) == [ReasonCode.BETTER, ReasonCode.NON_INFERIOR]


class TestSlices:
    @pytest.fixture
    def losing(self, evidence: Evidence, revise: Any) -> Any:
        def with_slice(gain: float, standard_error: float, rows: int = 600, positives: int = 150) -> Evidence:
            slice_ = {
                "column": "Contract",
                "value": "Two year",
                "rows": rows,
                "positives": positives,
                "candidate": 0.8 + gain,
                "production": 0.8,
                "difference": difference(gain, standard_error),
            }
            others = [other.model_dump() for other in evidence.comparison.slices] if evidence.comparison else []
            kept = [other for other in others if other["value"] != "Two year"]
            revised: Evidence = revise(evidence, {"comparison.slices": [*kept, slice_]})
            return revised

        return with_slice

    def test_a_slice_that_surely_loses_more_than_its_margin_archives(self, policy: Policy, losing: Any) -> None:
        decision = decide(policy, losing(-0.08, 0.01))

        assert decision.verdict is Verdict.ARCHIVE
        assert codes(decision) == [ReasonCode.SLICE_LOSS]
        assert decision.reasons[0].sentence.startswith("Where Contract = Two year (600 rows) the gain in ROC AUC is")

    def test_a_loss_within_the_margin_is_borne(self, policy: Policy, losing: Any) -> None:
        assert decide(policy, losing(-0.019, 0.0001)).verdict is Verdict.PROMOTE

    def test_a_loss_that_may_be_chance_is_borne(self, policy: Policy, losing: Any) -> None:
        assert decide(policy, losing(-0.08, 0.08)).verdict is Verdict.PROMOTE

    def test_what_is_sure_for_one_slice_may_be_chance_among_many(
        self, policy: Policy, losing: Any, revise: Any
    ) -> None:
        borderline = losing(-0.04, 0.01)  # two standard errors beyond the margin: p 0.023 before the correction
        alone = revise(policy, {"guardrails.slices.columns": ["Contract"], "guardrails.slices.bands": {}})
        only = revise(borderline, {"comparison.slices": [borderline.comparison.slices[-1].model_dump()]})

        assert decide(alone, only).verdict is Verdict.ARCHIVE
        assert decide(policy, borderline).verdict is Verdict.PROMOTE

    @pytest.mark.parametrize(("rows", "positives"), [(99, 50), (600, 19)])
    def test_a_small_slice_does_not_count(self, policy: Policy, losing: Any, rows: int, positives: int) -> None:
        assert decide(policy, losing(-0.3, 0.01, rows, positives)).verdict is Verdict.PROMOTE


class TestRegistry:
    def test_without_production_floor_and_calibration_decide(
        self, policy: Policy, evidence: Evidence, revise: Any
    ) -> None:
        nobody = {
            "registry_before.production_versions": (),
            "registry_after.production_versions": (),
            "production": None,
            "comparison": None,
        }

        decision = decide(policy, revise(evidence, nobody))
        poor = decide(policy, revise(evidence, {**nobody, "candidate.metrics.roc_auc": 0.6}))

        assert decision.verdict is Verdict.PROMOTE
        assert codes(decision)[0] is ReasonCode.FIRST_VERSION
        assert codes(poor) == [ReasonCode.BELOW_FLOOR]

    @pytest.mark.parametrize(
        ("staging", "production", "candidate", "code"),
        [
            ((), ("1",), None, ReasonCode.NO_CANDIDATE),
            (("2", "3"), ("1",), "2", ReasonCode.SEVERAL_CANDIDATES),
            (("2",), ("2",), "2", ReasonCode.SAME_VERSION),
            (("2",), ("0", "1"), "2", ReasonCode.SEVERAL_IN_PRODUCTION),
            (("3",), ("1",), "2", ReasonCode.REGISTRY_MOVED),
        ],
    )
    def test_an_ambiguous_registry_is_held(
        self,
        policy: Policy,
        evidence: Evidence,
        revise: Any,
        staging: tuple[str, ...],
        production: tuple[str, ...],
        candidate: str | None,
        code: ReasonCode,
    ) -> None:
        state = {"candidate_version": candidate, "staging_versions": staging, "production_versions": production}

        decision = decide(policy, revise(evidence, {"registry_before": state, "registry_after": state}))

        assert decision.verdict is Verdict.HOLD
        assert codes(decision) == [code]

    @pytest.mark.parametrize(
        "moved",
        [
            {"registry_after.production_versions": ("3",)},
            {"registry_after.production_versions": ()},
            {"registry_after.staging_versions": ("3",)},
            {"registry_after.staging_versions": ()},
        ],
    )
    def test_a_registry_that_moved_since_the_comparison_started_is_held(
        self, policy: Policy, evidence: Evidence, revise: Any, moved: dict[str, Any]
    ) -> None:
        decision = decide(policy, revise(evidence, moved))

        assert decision.verdict is Verdict.HOLD
        assert codes(decision) == [ReasonCode.REGISTRY_MOVED]


class TestWhatCouldNotBeMeasured:
    @pytest.mark.parametrize("code", list(ProblemCode))
    @pytest.mark.parametrize("role", [None, Role.CANDIDATE, Role.PRODUCTION])
    def test_every_problem_is_held_under_its_own_name(
        self, policy: Policy, evidence: Evidence, revise: Any, code: ProblemCode, role: Role | None
    ) -> None:
        problem = Problem(code=code, role=role, sentence="What happened, and what to do.")
        measured = {"candidate": None, "production": None, "comparison": None}

        decision = decide(policy, revise(evidence, {**measured, "problems": [problem.model_dump()]}))

        assert decision.verdict is Verdict.HOLD
        assert [(reason.code.value, reason.sentence) for reason in decision.reasons] == [
            (code.value, "What happened, and what to do.")
        ]

    def test_a_problem_holds_even_where_numbers_look_good(
        self, policy: Policy, evidence: Evidence, revise: Any
    ) -> None:
        problem = {"code": "trained_on_reference", "role": "candidate", "sentence": "Seen before."}

        assert decide(policy, revise(evidence, {"problems": [problem]})).verdict is Verdict.HOLD

    @pytest.mark.parametrize(
        ("rows", "positives", "expected"),
        [
            (499, 200, [ReasonCode.TOO_FEW_ROWS]),
            (2000, 99, [ReasonCode.TOO_FEW_POSITIVES]),
            (2000, 1901, [ReasonCode.TOO_FEW_NEGATIVES]),
            (0, 0, [ReasonCode.TOO_FEW_ROWS, ReasonCode.TOO_FEW_POSITIVES, ReasonCode.TOO_FEW_NEGATIVES]),
        ],
    )
    def test_too_few_rows_are_held(
        self,
        policy: Policy,
        evidence: Evidence,
        revise: Any,
        rows: int,
        positives: int,
        expected: list[ReasonCode],
    ) -> None:
        decision = decide(policy, revise(evidence, {"reference.rows": rows, "reference.positives": positives}))

        assert decision.verdict is Verdict.HOLD
        assert codes(decision) == expected

    @pytest.mark.parametrize(
        "gap",
        [
            {"reference": None},
            {"candidate": None},
            {"production": None},
            {"comparison": None},
            {"comparison.drift": None},
            {"comparison.sliced_by": ("Contract",)},
            {"measurement.metric": "f1"},
        ],
    )
    def test_what_the_policy_asks_for_and_the_evidence_lacks_is_held(
        self, policy: Policy, evidence: Evidence, revise: Any, gap: dict[str, Any]
    ) -> None:
        decision = decide(policy, revise(evidence, gap))

        assert decision.verdict is Verdict.HOLD
        assert set(codes(decision)) == {ReasonCode.NOT_MEASURED}

    def test_a_profit_by_another_cost_matrix_is_not_taken_for_ours(
        self, policy: Policy, evidence: Evidence, revise: Any
    ) -> None:
        by_profit = {"metric": "expected_profit", "guardrails.floor": 0.0, "guardrails.slices": None}
        measured = revise(evidence, {"comparison.differences.expected_profit": difference(0.5, 0.1)})

        assert decide(revise(policy, by_profit), measured).verdict is Verdict.PROMOTE
        assert codes(decide(revise(policy, {**by_profit, "cost_matrix.true_positive": 5.0}), measured)) == [
            ReasonCode.NOT_MEASURED
        ]
