"""The limits beside the criteria, each of its own."""

from collections.abc import Iterator, Mapping

from churn.gate.evidence import Comparison, Drift, Evidence, SliceEvidence, VersionEvidence
from churn.gate.policy import (
    CalibrationLimits,
    Direction,
    DriftLimits,
    Policy,
    ScoringTimeLimits,
    SliceLimits,
)
from churn.gate.reasons import Reason, ReasonCode, archive, hold, promote


def judge_guardrails(policy: Policy, evidence: Evidence) -> Iterator[Reason]:
    """One reason a limit; those relative to Production only where there is a Production version."""
    limits, candidate = policy.guardrails, evidence.candidate
    if candidate is None:
        raise ValueError("The evidence holds no candidate: find_obstacles comes first")
    if limits.floor is not None:
        yield _floor(policy, limits.floor, candidate)
    if limits.calibration is not None:
        yield from _calibration(limits.calibration, candidate)
    if evidence.comparison is None or evidence.production is None:
        return
    if limits.slices is not None:
        yield from _slices(policy, limits.slices, evidence.comparison)
    if limits.drift is not None and evidence.comparison.drift is not None:
        yield _drift(limits.drift, evidence.comparison.drift)
    if limits.scoring_time is not None:
        yield _scoring_time(limits.scoring_time, candidate, evidence.production)


def _floor(policy: Policy, floor: float, candidate: VersionEvidence) -> Reason:
    metric = policy.metric
    value = candidate.metrics[metric]
    side = "at least" if metric.direction is Direction.HIGHER_IS_BETTER else "at most"
    sentence = f"The candidate's {metric.label} is {value:.4f}, and it has to be {side} {floor:.4f}."
    if metric.sign * value >= metric.sign * floor:
        return promote(ReasonCode.GUARDRAIL_HELD, sentence)
    return archive(ReasonCode.BELOW_FLOOR, sentence)


def _calibration(limits: CalibrationLimits, candidate: VersionEvidence) -> Iterator[Reason]:
    ece, slope = candidate.calibration.ece, candidate.calibration.slope
    sentence = f"The candidate's calibration error is {ece:.4f}, and it may be {limits.max_ece:.4f}."
    if ece <= limits.max_ece:
        yield promote(ReasonCode.GUARDRAIL_HELD, sentence)
    else:
        yield archive(ReasonCode.CALIBRATION_ERROR, sentence)
    told = "not defined, as its scores do not vary" if slope is None else f"{slope:.3f}"
    sentence = (
        f"The candidate's calibration slope is {told}, and it has to lie between {limits.min_slope:.3f} and "
        f"{limits.max_slope:.3f}."
    )
    if slope is not None and limits.min_slope <= slope <= limits.max_slope:
        yield promote(ReasonCode.GUARDRAIL_HELD, sentence)
    else:
        yield archive(ReasonCode.CALIBRATION_SLOPE, sentence)


def _slices(policy: Policy, limits: SliceLimits, comparison: Comparison) -> Iterator[Reason]:
    adjusted = slice_p_values(limits, comparison.slices)
    losing = [slice_ for slice_ in comparison.slices if adjusted.get(slice_.name, 1.0) < 1 - policy.confidence]
    for slice_ in losing:
        yield archive(
            ReasonCode.SLICE_LOSS,
            f"Where {slice_.name} ({slice_.rows} rows) the gain in {policy.metric.label} is "
            f"{slice_.difference.gain:+.4f}, demonstrably below the {-limits.margin:+.4f} that a slice may lose "
            f"(p {adjusted[slice_.name]:.4f} after Holm's correction).",
        )
    if not losing:
        yield promote(
            ReasonCode.GUARDRAIL_HELD,
            f"None of the {len(adjusted)} slices with enough rows demonstrably loses more than {limits.margin:.4f}.",
        )


def slice_p_values(limits: SliceLimits, slices: tuple[SliceEvidence, ...]) -> dict[str, float]:
    """Slice to p value, after Holm's correction, of the hypothesis that it loses no more than the margin.

    Only slices with enough rows count, so that tiny ones neither decide nor use up the correction.
    """
    return holm(
        {
            slice_.name: slice_.difference.chance_of_gain_below(-limits.margin)
            for slice_ in slices
            if slice_.column in limits.all_columns
            and slice_.rows >= limits.min_rows
            and slice_.positives >= limits.min_positives
        }
    )


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down adjustment: controls the chance of any false alarm whatever the dependence.

    Written out because the decision has to import without numpy.

    Source: S. Holm (1979), A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6, 65-70.
    """
    adjusted: dict[str, float] = {}
    highest = 0.0
    for tested, (name, p_value) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, p_value * (len(p_values) - tested)))
        adjusted[name] = highest
    return adjusted


def _drift(limits: DriftLimits, drift: Drift) -> Reason:
    sentence = (
        f"The scores moved by a PSI of {drift.psi:.3f} against Production's; {limits.max_psi:.3f} may pass unseen."
    )
    if drift.psi <= limits.max_psi:
        return promote(ReasonCode.GUARDRAIL_HELD, sentence)
    return hold(ReasonCode.PREDICTION_DRIFT, sentence)


def _scoring_time(limits: ScoringTimeLimits, candidate: VersionEvidence, production: VersionEvidence) -> Reason:
    mine, its = candidate.scoring_seconds, production.scoring_seconds
    sentence = (
        f"The candidate scored in {mine:.2f} s and Production in {its:.2f} s; {limits.max_ratio:g} times Production's, "
        f"or {limits.ignore_below_seconds:g} s, may pass unseen."
    )
    if mine <= limits.ignore_below_seconds or mine <= limits.max_ratio * its:
        return promote(ReasonCode.GUARDRAIL_HELD, sentence)
    return hold(ReasonCode.SLOW_SCORING, sentence)
