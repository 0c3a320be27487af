"""Candidate against Production on the same rows."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.gate.bootstrap import BootstrapGain, paired_bootstrap
from churn.gate.delong import paired_auc
from churn.gate.drift import population_stability_index
from churn.gate.evidence import BootstrapInterval, Comparison, Difference, Drift, Method, SliceEvidence
from churn.gate.metrics import Labels, Operation, Scores, measure
from churn.gate.policy import DriftLimits, Metric, Policy, SliceLimits
from churn.gate.slices import sliced_by, slices

ROWS_OF_A_CLASS = 2  # at least, for a variance


class Paired(NamedTuple):
    """Labels and both versions' scores, shape (n,) each, of the same customers in the same order."""

    labels: Labels
    candidate: Scores
    production: Scores

    def at(self, rows: NDArray[np.intp]) -> "Paired":
        """Some of the rows."""
        return Paired(self.labels[rows], self.candidate[rows], self.production[rows])


def has_variance(labels: Labels) -> bool:
    """Whether there are rows enough of both classes for one."""
    positives = int(np.count_nonzero(labels))
    return min(positives, labels.size - positives) >= ROWS_OF_A_CLASS


def compare(policy: Policy, paired: Paired, customers: pd.DataFrame, operation: Operation) -> Comparison:
    """Every difference that the policy, or another one in a replay, may ask for.

    Args:
        policy: metric, bootstrap, and what to slice by.
        paired: n rows.
        customers: the same n rows' columns to slice by.
        operation: threshold and cost matrix.

    Raises:
        ConfigError: the policy slices by a column that has too many values.
    """
    limits = policy.guardrails
    spreads = paired_bootstrap(*paired, operation, policy.bootstrap)
    differences = {metric: _contrast(metric, paired, operation, spreads).difference for metric in Metric}
    return Comparison(
        differences=differences,
        bootstrap={
            metric: _interval(spread, differences[metric].gain, policy.confidence) for metric, spread in spreads.items()
        },
        slices=() if limits.slices is None else tuple(_slices(policy, limits.slices, paired, customers, operation)),
        sliced_by=() if limits.slices is None else sliced_by(customers, limits.slices),
        drift=None if limits.drift is None else _drift(limits.drift, paired),
        scores_are_equal=np.array_equal(paired.candidate, paired.production),
    )


class _Contrast(NamedTuple):
    candidate: float
    production: float
    difference: Difference


def _contrast(
    metric: Metric, paired: Paired, operation: Operation, spreads: Mapping[Metric, BootstrapGain]
) -> _Contrast:
    """Both values of a metric and their difference: by DeLong for the ROC AUC, else by the bootstrap's spread."""
    if metric is Metric.ROC_AUC:
        candidate, production, error = paired_auc(*paired)
        method = Method.DELONG
    else:
        candidate = measure(metric, paired.labels, paired.candidate, operation)
        production = measure(metric, paired.labels, paired.production, operation)
        error, method = spreads[metric].standard_error, Method.BOOTSTRAP
    gain = metric.sign * (candidate - production)
    return _Contrast(candidate, production, Difference(gain=gain, standard_error=error, method=method))


def _interval(spread: BootstrapGain, gain: float, confidence: float) -> BootstrapInterval:
    lower, upper = spread.percentiles(gain, confidence)
    return BootstrapInterval(standard_error=spread.standard_error, lower=lower, upper=upper)


def _slices(
    policy: Policy, limits: SliceLimits, paired: Paired, customers: pd.DataFrame, operation: Operation
) -> Iterator[SliceEvidence]:
    metric = policy.metric
    for column, value, rows in slices(customers, limits):
        part = paired.at(rows)
        if not has_variance(part.labels):
            continue
        spreads = {}
        if metric is not Metric.ROC_AUC:
            spreads = paired_bootstrap(*part, operation, policy.bootstrap, frozenset({metric}))
        contrast = _contrast(metric, part, operation, spreads)
        yield SliceEvidence(
            column=column,
            value=value,
            rows=rows.size,
            positives=int(part.labels.sum()),
            candidate=contrast.candidate,
            production=contrast.production,
            difference=contrast.difference,
        )


def _drift(limits: DriftLimits, paired: Paired) -> Drift:
    psi = population_stability_index(paired.production, paired.candidate, limits.bins)
    return Drift(psi=psi, bins=limits.bins)
