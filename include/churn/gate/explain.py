"""A decision's record in words, for a terminal."""

from collections.abc import Iterator

from churn.gate.evidence import Comparison, VersionEvidence
from churn.gate.record import Record
from churn.gate.wording import describe_caveats, describe_comparison, describe_policy


def explain(record: Record) -> str:
    """The record as text: what was compared, the verdict and why, the numbers, the policy, the caveats."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: Record) -> Iterator[str]:
    decision, evidence = record.decision, record.evidence
    yield describe_comparison(evidence)
    yield f"\nVerdict: {decision.verdict.value}, because"
    yield from _bullets(reason.sentence for reason in decision.reasons)
    if decision.other_checks:
        yield "\nAlso checked:"
        yield from _bullets(reason.sentence for reason in decision.other_checks)
    if evidence.candidate is not None:
        yield "\nNumbers:"
        yield from _numbers(record, evidence.candidate, evidence.production, evidence.comparison)
    yield "\nThe policy at that time:"
    yield from _bullets(describe_policy(record.policy))
    yield "\nTo bear in mind:"
    yield from _bullets(describe_caveats(evidence))


def _numbers(
    record: Record, candidate: VersionEvidence, production: VersionEvidence | None, comparison: Comparison | None
) -> Iterator[str]:
    interval = f"{record.policy.confidence:.0%} interval"
    yield f"  {'':28} {'candidate':>10} {'Production':>10} {'gain':>9}  {interval}"
    for metric, value in candidate.metrics.items():
        line = f"  {metric.label:28} {value:10.4f}"
        if production is not None and comparison is not None:
            difference = comparison.differences[metric]
            lower, upper = difference.interval(record.policy.confidence)
            line += f" {production.metrics[metric]:10.4f} {difference.gain:+9.4f}  {lower:+.4f} to {upper:+.4f}"
        yield line


def _bullets(sentences: Iterator[str] | list[str]) -> Iterator[str]:
    return (f"  - {sentence}" for sentence in sentences)
