"""The criteria on the gain over Production, all of which must hold."""

from collections.abc import Iterator

from churn.gate.evidence import Comparison, Difference, Evidence
from churn.gate.policy import Criterion, Policy
from churn.gate.reasons import Reason, ReasonCode, archive, promote

_CODES = {
    Criterion.BETTER: (ReasonCode.BETTER, ReasonCode.NOT_BETTER),
    Criterion.NON_INFERIOR: (ReasonCode.NON_INFERIOR, ReasonCode.MAYBE_INFERIOR),
    Criterion.SUPERIOR: (ReasonCode.SUPERIOR, ReasonCode.NOT_SUPERIOR),
}


def judge_criteria(policy: Policy, evidence: Evidence) -> list[Reason]:
    """One reason a criterion; a candidate without a Production version to compare with meets them all."""
    if evidence.comparison is None:
        return [
            promote(ReasonCode.FIRST_VERSION, "There is no version in Production yet: the guardrails alone decide.")
        ]
    return list(_judge(policy, evidence.comparison))


def is_met(criterion: Criterion, policy: Policy, difference: Difference) -> bool:
    """Whether a difference in the policy's metric meets one criterion."""
    value, limit = _value_and_limit(criterion, policy, difference)
    return value > limit


def _judge(policy: Policy, comparison: Comparison) -> Iterator[Reason]:
    difference = comparison.differences[policy.metric]
    for criterion in policy.criteria:
        _, limit = _value_and_limit(criterion, policy, difference)
        met, unmet = _CODES[criterion]
        sentence = f"{_describe(policy, difference)}: {criterion.value} asks for {_asked(criterion)} above {limit:g}."
        if is_met(criterion, policy, difference):
            yield promote(met, sentence)
        elif comparison.scores_are_equal:
            yield archive(
                ReasonCode.EQUAL_SCORES,
                f"The candidate scores every reference row as Production does, and {criterion.value} asks for more.",
            )
        else:
            yield archive(unmet, sentence)


def _value_and_limit(criterion: Criterion, policy: Policy, difference: Difference) -> tuple[float, float]:
    lower, _ = difference.interval(policy.confidence)
    return {
        Criterion.BETTER: (difference.gain, 0.0),
        Criterion.NON_INFERIOR: (lower, -policy.margin),
        Criterion.SUPERIOR: (lower, policy.min_effect),
    }[criterion]


def _asked(criterion: Criterion) -> str:
    return "a gain" if criterion is Criterion.BETTER else "a lower bound"


def _describe(policy: Policy, difference: Difference) -> str:
    lower, upper = difference.interval(policy.confidence)
    return (
        f"The gain in {policy.metric.label} is {difference.gain:+.4f}"
        f" ({policy.confidence:.0%} interval {lower:+.4f} to {upper:+.4f})"
    )
