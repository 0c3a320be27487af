"""Metrics of one version."""

import numpy as np
import pytest

from churn.gate.metrics import Operation, measure
from churn.gate.policy import CostMatrix, Metric

COSTS = CostMatrix(true_positive=80, false_positive=-20, false_negative=-7, true_negative=1)
LABELS = np.array([True, True, False, False, False])
SCORES = np.array([0.9, 0.4, 0.5, 0.2, 0.1])


def test_the_profit_is_the_cost_matrix_averaged_over_customers() -> None:
    # at 0.5: one churner approached, one missed, one stayer approached, two left alone
    assert measure(Metric.EXPECTED_PROFIT, LABELS, SCORES, Operation(0.5, COSTS)) == (80 - 7 - 20 + 2) / 5


@pytest.mark.parametrize(("threshold", "expected"), [(0.5, 1 / 2), (0.3, 4 / 5), (0.95, 0.0)])
def test_f1_is_that_of_the_labels_at_the_threshold(threshold: float, expected: float) -> None:
    assert measure(Metric.F1, LABELS, SCORES, Operation(threshold, COSTS)) == pytest.approx(expected)


def test_the_roc_auc_is_that_of_probabilities_not_of_labels() -> None:
    of_probabilities = measure(Metric.ROC_AUC, LABELS, SCORES, Operation(0.5, COSTS))
    of_labels = measure(Metric.ROC_AUC, LABELS, (SCORES >= 0.5).astype(float), Operation(0.5, COSTS))

    assert of_probabilities == pytest.approx(5 / 6)
    assert of_labels < of_probabilities
