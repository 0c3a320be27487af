"""Candidate against Production on the same rows."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.gate.bootstrap import BootstrapGain, paired_bootstrap
from churn.gate.delong import paired_auc
from churn.gate.drift import population_stability_index
from churn.gate.evidence import BootstrapInterval, Comparison, Difference, Drift, Method, SliceEvidence
from churn.gate.metrics import Labels, Operation, Scores, measure
from churn.gate.parallel import in_threads
from churn.gate.policy import DriftLimits, Metric, Policy, SliceLimits
from churn.gate.slices import Slice, sliced_by, slices

ROWS_OF_A_CLASS = 2  # at least, for a variance


class Paired(NamedTuple):
    """Labels and both versions' scores, shape (n,) each, of the same customers in the same order."""

    labels: Labels
    candidate: Scores
    production: Scores

    def at(self, rows: NDArray[np.intp]) -> "Paired":
        """Some of the rows."""
        return Paired(self.labels[rows], self.candidate[rows], self.production[rows])


class MeasuredVersions(NamedTuple):
    """The metrics of each version."""

    candidate: Mapping[Metric, float]
    production: Mapping[Metric, float]


def has_variance(labels: Labels) -> bool:
    """Whether there are rows enough of both classes for one."""
    positives = int(np.count_nonzero(labels))
    return min(positives, labels.size - positives) >= ROWS_OF_A_CLASS


def compare(
    policy: Policy, paired: Paired, measured: MeasuredVersions, customers: pd.DataFrame, operation: Operation
) -> Comparison:
    """Every difference that the policy, or another one in a replay, may ask for.

    Args:
        policy: metric, bootstrap, and what to slice by.
        paired: n rows.
        measured: both versions' metrics on these rows.
        customers: the same n rows' columns to slice by.
        operation: threshold and cost matrix.

    Raises:
        ConfigError: the policy slices by a column that has too many values.
    """
    limits = policy.guardrails
    spreads = paired_bootstrap(*paired, operation, policy.bootstrap)
    errors = {metric: spread.standard_error for metric, spread in spreads.items()}
    errors[Metric.ROC_AUC] = paired_auc(*paired).standard_error
    differences = {
        metric: _difference(metric, measured.candidate[metric], measured.production[metric], errors[metric])
        for metric in Metric
    }
    return Comparison(
        differences=differences,
        bootstrap={
            metric: _interval(spread, differences[metric].gain, policy.confidence) for metric, spread in spreads.items()
        },
        slices=() if limits.slices is None else _slices(policy, limits.slices, paired, customers, operation),
        sliced_by=() if limits.slices is None else sliced_by(customers, limits.slices),
        drift=None if limits.drift is None else _drift(limits.drift, paired),
        scores_are_equal=np.array_equal(paired.candidate, paired.production),
    )


def _difference(metric: Metric, candidate: float, production: float, standard_error: float) -> Difference:
    return Difference(
        gain=metric.sign * (candidate - production),
        standard_error=standard_error,
        method=Method.DELONG if metric is Metric.ROC_AUC else Method.BOOTSTRAP,
    )


def _interval(spread: BootstrapGain, gain: float, confidence: float) -> BootstrapInterval:
    lower, upper = spread.percentiles(gain, confidence)
    return BootstrapInterval(standard_error=spread.standard_error, lower=lower, upper=upper)


def _slices(
    policy: Policy, limits: SliceLimits, paired: Paired, customers: pd.DataFrame, operation: Operation
) -> tuple[SliceEvidence, ...]:
    def measured(named: Slice) -> SliceEvidence | None:
        part = paired.at(named.rows)
        return _slice(policy, named, part, operation) if has_variance(part.labels) else None

    return tuple(slice_ for slice_ in in_threads(measured, slices(customers, limits)) if slice_ is not None)


def _slice(policy: Policy, named: Slice, part: Paired, operation: Operation) -> SliceEvidence:
    candidate, production, error = _contrast(policy, part, operation)
    return SliceEvidence(
        column=named.column,
        value=named.value,
        rows=named.rows.size,
        positives=int(part.labels.sum()),
        candidate=candidate,
        production=production,
        difference=_difference(policy.metric, candidate, production, error),
    )


def _contrast(policy: Policy, part: Paired, operation: Operation) -> tuple[float, float, float]:
    """Both versions' values of the policy's metric, and the standard error of their difference."""
    metric = policy.metric
    if metric is Metric.ROC_AUC:
        return paired_auc(*part)
    spread = paired_bootstrap(*part, operation, policy.bootstrap, frozenset({metric}))[metric]
    candidate, production = (measure(metric, part.labels, of, operation) for of in (part.candidate, part.production))
    return candidate, production, spread.standard_error


def _drift(limits: DriftLimits, paired: Paired) -> Drift:
    psi = population_stability_index(paired.production, paired.candidate, limits.bins)
    return Drift(psi=psi, bins=limits.bins)
