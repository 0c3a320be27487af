"""From what was observed to evidence: pure, so that the same rows always give the same record."""

from typing import NamedTuple

from churn.gate.calibration import calibration
from churn.gate.comparison import MeasuredVersions, Paired, compare, has_variance
from churn.gate.curves import curves
from churn.gate.evidence import Comparison, Evidence, Measurement, Problem, Reference, Role, VersionEvidence
from churn.gate.metrics import Labels, Operation, measure
from churn.gate.observed import Observed, ReferenceRows, ScoredVersion
from churn.gate.parallel import in_threads
from churn.gate.policy import Metric, Policy
from churn.gate.problems import find_problems


def build_evidence(policy: Policy, observed: Observed) -> Evidence:
    """The record of a comparison: complete, or with the problems that kept it from being so.

    Raises:
        ConfigError: the policy slices by a column that has too many values.
    """
    problems = (*observed.problems, *_problems(observed))
    measured = _NOTHING if problems else _measure(policy, observed)
    return Evidence(
        model_name=observed.model_name,
        reference=_reference(observed.rows),
        registry_before=observed.registry_before,
        registry_after=observed.registry_after,
        measurement=Measurement(
            metric=policy.metric,
            threshold=observed.threshold,
            cost_matrix=policy.cost_matrix,
            bootstrap=policy.bootstrap,
            confidence=policy.confidence,
        ),
        training_runs=dict(observed.training_runs),
        candidate=measured.candidate,
        production=measured.production,
        comparison=measured.comparison,
        problems=problems,
    )


class _Measured(NamedTuple):
    candidate: VersionEvidence | None = None
    production: VersionEvidence | None = None
    comparison: Comparison | None = None


_NOTHING = _Measured()


def _problems(observed: Observed) -> list[Problem]:
    if observed.rows is None:
        return []
    scored = {Role.CANDIDATE: observed.candidate, Role.PRODUCTION: observed.production}
    return find_problems(observed.rows, {role: version for role, version in scored.items() if version is not None})


def _measure(policy: Policy, observed: Observed) -> _Measured:
    rows, candidate, production = observed.rows, observed.candidate, observed.production
    if rows is None or candidate is None or not has_variance(labels := rows.labels.astype(bool)):
        return _NOTHING
    operation = Operation(observed.threshold, policy.cost_matrix)
    if production is None:
        return _Measured(_version(labels, candidate, operation))
    paired = Paired(labels, candidate.probabilities, production.probabilities)
    mine, its = in_threads(lambda version: _version(labels, version, operation), (candidate, production))
    measured = MeasuredVersions(mine.metrics, its.metrics)
    return _Measured(mine, its, compare(policy, paired, measured, rows.customers, operation))


def _version(labels: Labels, version: ScoredVersion, operation: Operation) -> VersionEvidence:
    scores = version.probabilities
    return VersionEvidence(
        version=version.version,
        scoring_seconds=version.seconds,
        metrics={metric: measure(metric, labels, scores, operation) for metric in Metric},
        calibration=calibration(labels, scores),
        curves=curves(labels, scores),
    )


def _reference(rows: ReferenceRows | None) -> Reference | None:
    if rows is None:
        return None
    return Reference(
        table=rows.table,
        delta_version=rows.delta_version,
        rows=rows.keys.size,
        positives=int((rows.labels == 1).sum()),
        salt=rows.salt,
        earlier_decisions=rows.earlier_decisions,
        read_with=dict(rows.read_with),
    )
