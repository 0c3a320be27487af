"""The metrics of one version on the reference rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, log_loss, roc_auc_score

from churn.gate.policy import CostMatrix, Metric

Labels = NDArray[np.bool_]
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Operation:
    """How probabilities are acted upon: a customer at or above the threshold is approached."""

    threshold: float
    costs: CostMatrix

    def profit_by_row(self, labels: Labels, scores: Scores) -> NDArray[np.float64]:
        """Profit of each customer, shape (n,), in the cost matrix's currency."""
        costs = self.costs
        approached = np.where(labels, costs.true_positive, costs.false_positive)
        left_alone = np.where(labels, costs.false_negative, costs.true_negative)
        profit: NDArray[np.float64] = np.where(scores >= self.threshold, approached, left_alone)
        return profit


def measure(metric: Metric, labels: Labels, scores: Scores, operation: Operation) -> float:
    """A metric of one version.

    Args:
        metric: the one wanted.
        labels: shape (n,), true where the customer churned; both values occur.
        scores: shape (n,), probabilities of churn, in the same order.
        operation: threshold and cost matrix, for F1 and the expected profit.
    """
    if metric is Metric.F1:
        return float(f1_score(labels, scores >= operation.threshold, zero_division=0.0))
    if metric is Metric.EXPECTED_PROFIT:
        return float(operation.profit_by_row(labels, scores).mean())
    return float(_OF_SCORES[metric](labels, scores))


_OF_SCORES: dict[Metric, Callable[..., Any]] = {
    Metric.ROC_AUC: roc_auc_score,
    Metric.AVERAGE_PRECISION: average_precision_score,
    Metric.LOG_LOSS: log_loss,
    Metric.BRIER_SCORE: brier_score_loss,
}
