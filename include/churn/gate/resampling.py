"""Metrics of many resamples at once, from how often each row was drawn."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from churn.gate.metrics import Labels, Operation, Scores
from churn.gate.policy import Metric

Floats = NDArray[np.float64]
LOG_LOSS_CLIP = float(np.finfo(np.float64).eps)  # as scikit-learn clips


class ResampledMetrics:
    """Metrics of one version under row weights; sorting is done once, for all resamples.

    With unit weights each equals scikit-learn's value, and with integer weights scikit-learn's with `sample_weight`.
    """

    def __init__(self, labels: Labels, scores: Scores, operation: Operation) -> None:
        """Sort the rows by falling score.

        Args:
            labels: shape (n,), true where the customer churned.
            scores: shape (n,).
            operation: threshold and cost matrix.
        """
        self._order = np.argsort(-scores, kind="stable")
        falling = scores[self._order]
        self._ties = np.flatnonzero(np.r_[True, falling[1:] != falling[:-1]])
        self._churned = labels[self._order].astype(np.float64)
        self._labels = labels
        self._scores = scores
        self._operation = operation

    def compute(self, metrics: frozenset[Metric], weights: Floats) -> dict[Metric, Floats]:
        """Values of the metrics, shape (resamples,) each.

        Args:
            metrics: those wanted.
            weights: shape (resamples, n); each class has some weight in every resample.
        """
        compute: dict[Metric, Callable[[Floats], Floats]] = {
            Metric.LOG_LOSS: self._log_loss,
            Metric.BRIER_SCORE: self._brier_score,
            Metric.F1: self._f1,
            Metric.EXPECTED_PROFIT: self._expected_profit,
        }
        values = {metric: compute[metric](weights) for metric in metrics if metric in compute}
        if ranking := metrics - compute.keys():
            values |= self._ranking_metrics(ranking, weights)
        return values

    def _ranking_metrics(self, metrics: frozenset[Metric], weights: Floats) -> dict[Metric, Floats]:
        falling = weights[:, self._order]
        churned = falling * self._churned
        positives = np.add.reduceat(churned, self._ties, axis=1)
        negatives = np.add.reduceat(falling - churned, self._ties, axis=1)
        found = np.cumsum(positives, axis=1)
        values = {}
        if Metric.ROC_AUC in metrics:
            values[Metric.ROC_AUC] = _roc_auc(positives, negatives, found)
        if Metric.AVERAGE_PRECISION in metrics:
            values[Metric.AVERAGE_PRECISION] = _average_precision(positives, negatives, found)
        return values

    def _log_loss(self, weights: Floats) -> Floats:
        of_truth = np.where(self._labels, self._scores, 1 - self._scores)
        return _mean(-np.log(np.clip(of_truth, LOG_LOSS_CLIP, 1 - LOG_LOSS_CLIP)), weights)

    def _brier_score(self, weights: Floats) -> Floats:
        return _mean((self._scores - self._labels) ** 2, weights)

    def _f1(self, weights: Floats) -> Floats:
        approached = self._scores >= self._operation.threshold
        true_positives = weights @ (approached & self._labels).astype(np.float64)
        named = weights @ (approached.astype(np.float64) + self._labels)
        score: Floats = 2 * true_positives / named
        return score

    def _expected_profit(self, weights: Floats) -> Floats:
        return _mean(self._operation.profit_by_row(self._labels, self._scores), weights)


def _mean(values: Floats, weights: Floats) -> Floats:
    mean: Floats = weights @ values / weights.sum(axis=1)
    return mean


def _roc_auc(positives: Floats, negatives: Floats, found: Floats) -> Floats:
    """Share of pairs ranked rightly: each negative is beaten by the positives above it, ties count one half.

    All three have the shape (resamples, distinct scores), by falling score; `found` is the running sum of positives.
    """
    right = np.einsum("ij,ij->i", negatives, found - positives / 2)
    share: Floats = right / (found[:, -1] * negatives.sum(axis=1))
    return share


def _average_precision(positives: Floats, negatives: Floats, found: Floats) -> Floats:
    """Precision at each distinct score, weighted by the recall that it adds; shapes as for `_roc_auc`."""
    named = found + np.cumsum(negatives, axis=1)
    precision = np.divide(found, named, out=np.zeros_like(found), where=named > 0)
    average: Floats = np.einsum("ij,ij->i", positives, precision) / found[:, -1]
    return average
