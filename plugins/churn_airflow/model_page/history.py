"""What the gate has decided and what was done, of the records in the deployment experiment. Pure functions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from churn.gate import tags
from churn.gate.evidence import normal_interval
from churn.gate.policy import Metric
from churn_airflow.links import Links, dag_run
from churn_airflow.model_page.interval import Bar, bars
from churn_airflow.model_page.reading import Facts, Record


@dataclass(frozen=True)
class Change:
    """An act: `PROMOTED`, `ARCHIVED`, `ROLLED_BACK`, or `REFUSED`, which changed nothing."""

    at: datetime
    act: str
    version: str
    replaced: str
    by: str
    reason: str
    comparison_run_id: str
    record: str
    dag_run: str | None


@dataclass(frozen=True)
class Gain:
    """How much better the candidate was, by the policy's metric, with its confidence interval."""

    metric: str
    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Decision:
    """What the gate said of a candidate, and what was done then."""

    at: datetime
    candidate: str
    production: str
    verdict: str
    reasons: Sequence[str]
    gain: Gain | None
    bar: Bar | None
    outcome: Change | None
    record: str
    report: str
    dag_run: str | None


def changes_of(facts: Facts) -> list[Change]:
    """The acts, newest first."""
    links = Links(facts.workspace)
    return [
        Change(
            at=record.at,
            act=record.tags[tags.ACT_KIND],
            version=record.tags[tags.VERSION],
            replaced=record.tags.get(tags.REPLACED_VERSION, ""),
            by=record.tags.get(tags.APPROVED_BY, ""),
            reason=record.tags.get(tags.REASON, ""),
            comparison_run_id=record.tags.get(tags.COMPARISON_RUN, ""),
            record=links.run(record.experiment_id, record.run_id),
            dag_run=_dag_run(record),
        )
        for record in facts.acts
    ]


def decisions_of(facts: Facts, changes: Sequence[Change], confidence: float) -> list[Decision]:
    """The comparisons, newest first, each with the last act that followed from it.

    Args:
        facts: what the registry knows.
        changes: the acts, newest first.
        confidence: of the two-sided intervals.
    """
    links = Links(facts.workspace)
    gains = [_gain(record, confidence) for record in facts.comparisons]
    drawn = iter(bars([(gain.lower, gain.value, gain.upper) for gain in gains if gain]))
    return [
        Decision(
            at=record.at,
            candidate=record.tags.get(tags.CANDIDATE_VERSION, ""),
            production=record.tags.get(tags.PRODUCTION_VERSION, ""),
            verdict=record.tags[tags.VERDICT],
            reasons=json.loads(record.tags.get(tags.REASONS, "[]")),
            gain=gain,
            bar=next(drawn) if gain else None,
            outcome=next((change for change in changes if change.comparison_run_id == record.run_id), None),
            record=links.run(record.experiment_id, record.run_id),
            report=links.report(record.experiment_id, record.run_id),
            dag_run=_dag_run(record),
        )
        for record, gain in zip(facts.comparisons, gains, strict=True)
    ]


def _gain(record: Record, confidence: float) -> Gain | None:
    """None where there was nothing to compare with."""
    metric = record.parameters.get("metric", "")
    value = record.metrics.get(f"gain_{metric}")
    error = record.metrics.get(f"gain_{metric}_standard_error")
    if value is None or error is None:
        return None
    return Gain(Metric(metric).label, value, *normal_interval(value, error, confidence))


def _dag_run(record: Record) -> str | None:
    return dag_run(record.tags.get(tags.DAG_ID), record.tags.get(tags.DAG_RUN_ID))
