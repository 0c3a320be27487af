"""What another policy would have decided on what was seen then."""

from collections.abc import Iterable

from churn.gate.decision import decide
from churn.gate.policy import Policy, Section
from churn.gate.reasons import Decision, ReasonCode
from churn.gate.record import Record


class Replayed(Section):
    """One recorded decision beside the one that the policy gives on the same evidence."""

    run_id: str
    candidate_version: str | None
    recorded: Decision
    replayed: Decision

    @property
    def differs(self) -> bool:
        """Whether the candidate would have fared otherwise."""
        return self.recorded.verdict is not self.replayed.verdict

    @property
    def new_reasons(self) -> list[ReasonCode]:
        """What speaks for the verdict now and did not then."""
        then = {reason.code for reason in self.recorded.reasons}
        return [reason.code for reason in self.replayed.reasons if reason.code not in then]

    def in_words(self) -> str:
        """A line for a terminal, and the reasons where the verdict differs."""
        who = f"{self.run_id}: version {self.candidate_version or 'none'}"
        if not self.differs:
            return f"{who} {self.recorded.verdict.value} as recorded"
        why = "".join(f"\n  - {reason.sentence}" for reason in self.replayed.reasons)
        return f"{who} {self.replayed.verdict.value} where {self.recorded.verdict.value} was recorded, because{why}"


def replay(policy: Policy, records: Iterable[tuple[str, Record]]) -> list[Replayed]:
    """Decide again on recorded evidence. What was not measured then is held, not guessed.

    Args:
        policy: that of today, or another one.
        records: MLflow run id and record of each past decision.
    """
    return [
        Replayed(
            run_id=run_id,
            candidate_version=record.evidence.registry_before.candidate_version,
            recorded=record.decision,
            replayed=decide(policy, record.evidence),
        )
        for run_id, record in records
    ]
