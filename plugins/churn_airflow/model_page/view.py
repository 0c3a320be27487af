"""From what the registry knows to what the page shows. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from churn import scored
from churn.config import Settings
from churn.gate.acts import ActKind
from churn.stages import Stage
from churn_airflow.links import Links
from churn_airflow.model_page.history import Change, Decision, changes_of, decisions_of
from churn_airflow.model_page.reading import Facts, Version
from churn_airflow.occupancy import occupant


@dataclass(frozen=True)
class Occupant:
    """The version in a stage.

    Attributes:
        version: its number.
        page: where the registry shows it.
        registered_at: when it was registered; None where it is older than the versions that were asked for.
        arrival: the act that put it there; None where none did, as after a move by hand.
        decision: the gate's last on it as a candidate; None where it has not been compared.
    """

    version: str
    page: str
    registered_at: datetime | None
    arrival: Change | None
    decision: Decision | None


@dataclass(frozen=True)
class Scoring:
    """The last batch of predictions."""

    version: str
    at: datetime
    rows: int
    table: str
    run_id: str


@dataclass(frozen=True)
class ModelView:
    """The page."""

    model: str
    environment: str
    is_registered: bool
    production: Occupant | None
    candidate: Occupant | None
    confidence: float
    decisions: Sequence[Decision]
    changes: Sequence[Change]
    scoring: Scoring | None


def model_view(settings: Settings, facts: Facts) -> ModelView:
    """Make the page's contents of what is known."""
    changes = changes_of(facts)
    decisions = decisions_of(facts, changes, settings.gate.confidence)
    # The newest act that changed Production says when its version came, if it is the one that is there.
    arrival = next((change for change in changes if ActKind(change.act).changes_production), None)
    return ModelView(
        model=settings.registry.model_name,
        environment=settings.environment,
        is_registered=bool(facts.model),
        production=_occupant(settings, facts, Stage.PRODUCTION, arrival, decisions),
        candidate=_occupant(settings, facts, Stage.STAGING, None, decisions),
        confidence=settings.gate.confidence,
        decisions=decisions,
        changes=changes,
        scoring=_last_scoring(facts.versions),
    )


def _occupant(
    settings: Settings, facts: Facts, stage: Stage, arrival: Change | None, decisions: Sequence[Decision]
) -> Occupant | None:
    version = occupant(settings.registry.mode, facts.model, stage)
    if version is None:
        return None
    return Occupant(
        version=version,
        page=Links(facts.workspace).version(settings.registry.model_name, version),
        registered_at=next((known.created_at for known in facts.versions if known.number == version), None),
        arrival=arrival if arrival and arrival.version == version else None,
        decision=next((decision for decision in decisions if decision.candidate == version), None),
    )


def _last_scoring(versions: Sequence[Version]) -> Scoring | None:
    scorings = [_scoring(version) for version in versions if scored.AT in version.tags]
    return max(scorings, key=lambda scoring: scoring.at, default=None)


def _scoring(version: Version) -> Scoring:
    tags = version.tags
    return Scoring(
        version=version.number,
        at=datetime.fromisoformat(tags[scored.AT]),
        rows=int(tags[scored.ROWS]),
        table=tags[scored.TABLE],
        run_id=tags[scored.RUN_ID],
    )
