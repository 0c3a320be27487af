"""What was decided and done about a version, in words, for a terminal."""

from collections.abc import Iterator
from datetime import datetime

from churn.gate.acts import Act
from churn.gate.evidence import Comparison, VersionEvidence
from churn.gate.record import Record, Recorded
from churn.gate.wording import describe_caveats, describe_comparison, describe_policy, moment
from churn.section import Section


class VersionHistory(Section):
    """All records about one version, oldest first."""

    model_name: str
    version: str
    comparisons: tuple[Recorded, ...]  # in which it was the candidate
    challenges: tuple[Recorded, ...]  # in which it stood as Production
    acts: tuple[Act, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is no record."""
        return not (self.comparisons or self.challenges or self.acts)


def explain_version(history: VersionHistory) -> str:
    """The history as text, in the order in which it happened."""
    told = [
        *((found.at, _headed("Compared", found, explain(found.record))) for found in history.comparisons),
        *((found.at, _headed("Challenged", found, _challenge(found.record))) for found in history.challenges),
        *(
            (act.at, _headed(act.kind.value.replace("_", " ").capitalize(), act, act.in_words()))
            for act in history.acts
        ),
    ]
    parts = (text for _, text in sorted(told, key=_moment))
    return "\n\n".join([f"Version {history.version} of {history.model_name}", *parts]) + "\n"


def explain(record: Record) -> str:
    """The record as text: what was compared, the verdict and why, the numbers, the policy, the caveats."""
    return "\n".join(_lines(record))


def _moment(told: tuple[datetime, str]) -> datetime:
    return told[0]


def _headed(what: str, found: Recorded | Act, text: str) -> str:
    by = f" by {found.dag_id} {found.dag_run_id}" if found.dag_id else ""
    return f"== {what} {moment(found.at)}{by}, MLflow run {found.run_id}\n{text}"


def _challenge(record: Record) -> str:
    sentences = _bullets(reason.sentence for reason in record.decision.reasons)
    return "\n".join([describe_comparison(record.evidence), f"{record.decision.verdict.value}, because", *sentences])


def _lines(record: Record) -> Iterator[str]:
    decision, evidence = record.decision, record.evidence
    yield describe_comparison(evidence)
    yield from (f"The {role.value} came from training run {run}." for role, run in evidence.training_runs.items())
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
