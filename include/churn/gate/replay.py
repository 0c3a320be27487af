"""What another policy would have decided on what was seen then."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from churn.columns import aligned
from churn.gate.decision import decide
from churn.gate.policy import Policy
from churn.gate.reasons import Decision
from churn.gate.record import Recorded
from churn.gate.wording import moment
from churn.section import Section


class Replayed(Section):
    """One recorded decision beside the one that the policy gives on the same evidence."""

    run_id: str
    at: datetime
    candidate_version: str | None
    production_versions: tuple[str, ...]
    recorded: Decision
    replayed: Decision

    @property
    def differs(self) -> bool:
        """Whether the candidate would have fared otherwise."""
        return self.recorded.verdict is not self.replayed.verdict


def replay(policy: Policy, records: Iterable[Recorded]) -> list[Replayed]:
    """Decide again on recorded evidence. What was not measured then is held, not guessed.

    Args:
        policy: that of today, or another one.
        records: the past decisions.
    """
    return [
        Replayed(
            run_id=past.run_id,
            at=past.at,
            candidate_version=past.record.evidence.registry_before.candidate_version,
            production_versions=past.record.evidence.registry_before.production_versions,
            recorded=past.record.decision,
            replayed=decide(policy, past.record.evidence),
        )
        for past in records
    ]


def tabulate(decisions: Sequence[Replayed]) -> str:
    """A table of all decisions, and below it why those differ that do."""
    return "\n".join(_lines(decisions)) + "\n"


def _lines(decisions: Sequence[Replayed]) -> Iterator[str]:
    yield aligned([HEADER, *(_row(decision) for decision in decisions)])
    differing = [decision for decision in decisions if decision.differs]
    yield f"\n{len(differing)} of {len(decisions)} decisions would differ."
    for decision in differing:
        yield f"\n{decision.run_id}"
        for when, of in (("recorded", decision.recorded), ("replayed", decision.replayed)):
            yield f"  {when} {of.verdict.value}, because"
            yield from (f"  - {reason.sentence}" for reason in of.reasons)


HEADER = ("when", "MLflow run", "candidate", "Production", "recorded", "replayed", "")


def _row(decision: Replayed) -> tuple[str, ...]:
    return (
        moment(decision.at),
        decision.run_id,
        decision.candidate_version or "none",
        ", ".join(decision.production_versions) or "none",
        decision.recorded.verdict.value,
        decision.replayed.verdict.value,
        "differs" if decision.differs else "",
    )
