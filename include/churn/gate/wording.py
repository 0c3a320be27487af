"""Policy and evidence in words: for the DAGs' pages, the report and the command line."""

from collections.abc import Iterator
from datetime import UTC, datetime

from churn.gate.evidence import Evidence
from churn.gate.policy import Criterion, Direction, Guardrails, Policy, SliceLimits


def describe_policy(policy: Policy) -> list[str]:
    """A sentence for each thing that the policy asks for."""
    return [*_comparison(policy), *_guardrails(policy, policy.guardrails)]


def describe_comparison(evidence: Evidence) -> str:
    """Which versions were compared, and on what."""
    state, reference = evidence.registry_before, evidence.reference
    candidate = "No version" if state.candidate_version is None else f"Version {state.candidate_version}"
    production = " and ".join(state.production_versions)
    versions = f"version {production} in Production" if production else "nothing, as Production is empty"
    if reference is None:
        return f"{candidate} of {evidence.model_name} was to be compared with {versions}, but no rows could be read."
    return (
        f"{candidate} of {evidence.model_name} was compared with {versions}, on {reference.rows:,} customers "
        f"({reference.positives:,} churned) of {reference.table}, Delta version {reference.delta_version}."
    )


def describe_caveats(evidence: Evidence) -> list[str]:
    """What a reader should know of how far the numbers carry."""
    served = 0 if evidence.reference is None else evidence.reference.earlier_decisions
    return [
        f"These reference rows have served {served} {'decision' if served == 1 else 'decisions'} before this one. Each "
        "further choice made on the same rows makes the winner look a little better than it is; another salt for the "
        "reference draws fresh ones.",
        "The intervals hold for independent customers whom neither version was trained on. Where one model contains "
        "the other and both rank alike, DeLong's interval is too wide, which errs on the side of not promoting.",
    ]


def moment(at: datetime) -> str:
    """A time as people on all continents read it alike."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _comparison(policy: Policy) -> Iterator[str]:
    metric, confidence = policy.metric.label, f"{policy.confidence:.0%}"
    higher = policy.direction is Direction.HIGHER_IS_BETTER
    yield f"Versions are compared by {metric} on probabilities; {'higher' if higher else 'lower'} is better."
    sentences = {
        Criterion.BETTER: f"The candidate's {metric} has to be better than Production's.",
        Criterion.NON_INFERIOR: f"The gain's lower {confidence} bound has to be above {-policy.margin:g}.",
        Criterion.SUPERIOR: f"The gain's lower {confidence} bound has to be above {policy.min_effect:g}.",
    }
    yield from (sentences[criterion] for criterion in policy.criteria)
    yield (
        f"The reference has to hold at least {policy.min_rows:,} customers, of whom {policy.min_positives:,} churned "
        f"and {policy.min_negatives:,} stayed."
    )


def _guardrails(policy: Policy, limits: Guardrails) -> Iterator[str]:
    if limits.floor is not None:
        side = "at least" if policy.direction is Direction.HIGHER_IS_BETTER else "at most"
        yield f"The candidate's {policy.metric.label} has to be {side} {limits.floor:g}."
    if limits.calibration is not None:
        yield (
            f"Its calibration error may be {limits.calibration.max_ece:g}, and its calibration slope has to lie "
            f"between {limits.calibration.min_slope:g} and {limits.calibration.max_slope:g}."
        )
    if limits.slices is not None:
        yield _slices(policy, limits.slices)
    if limits.drift is not None:
        yield f"A person looks where the scores moved by a PSI of more than {limits.drift.max_psi:g}."
    if limits.scoring_time is not None:
        yield (
            f"A person looks where scoring takes more than {limits.scoring_time.max_ratio:g} times Production's time "
            f"and more than {limits.scoring_time.ignore_below_seconds:g} s."
        )


def _slices(policy: Policy, limits: SliceLimits) -> str:
    return (
        f"No slice by {', '.join(limits.all_columns)} with at least {limits.min_rows} customers, of whom "
        f"{limits.min_positives} churned, may demonstrably lose more than {limits.margin:g} (Holm's correction, "
        f"{1 - policy.confidence:.0%} for a false alarm)."
    )
