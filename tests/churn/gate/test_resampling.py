"""The vectorised metrics against scikit-learn's."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, log_loss, roc_auc_score

from churn.gate.metrics import Operation, measure
from churn.gate.policy import CostMatrix, Metric
from churn.gate.resampling import ResampledMetrics

OPERATION = Operation(0.4, CostMatrix(true_positive=80, false_positive=-20, false_negative=-5, true_negative=1))
ALL = frozenset(Metric)


@pytest.fixture(params=[1, 2, 12], ids=lambda decimals: f"{decimals} decimals")
def rows(request: pytest.FixtureRequest) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    generator = np.random.default_rng(3)
    labels = generator.random(400) < 0.3
    scores = np.clip(0.3 + 0.2 * labels + generator.normal(0, 0.2, 400), 0, 1)
    return labels, np.round(scores, request.param)


@pytest.mark.parametrize("metric", list(Metric))
def test_with_unit_weights_they_are_the_metrics(
    rows: tuple[NDArray[np.bool_], NDArray[np.float64]], metric: Metric
) -> None:
    labels, scores = rows

    values = ResampledMetrics(labels, scores, OPERATION).compute(frozenset({metric}), np.ones((1, 400)))

    assert values.keys() == {metric}
    assert values[metric][0] == pytest.approx(measure(metric, labels, scores, OPERATION), abs=1e-12)


def test_with_counts_they_are_those_of_scikit_learn(rows: tuple[NDArray[np.bool_], NDArray[np.float64]]) -> None:
    labels, scores = rows
    weights = np.random.default_rng(4).poisson(1, (5, 400)).astype(float)

    values = ResampledMetrics(labels, scores, OPERATION).compute(ALL, weights)

    for number, weight in enumerate(weights):
        theirs = {
            Metric.ROC_AUC: roc_auc_score(labels, scores, sample_weight=weight),
            Metric.AVERAGE_PRECISION: average_precision_score(labels, scores, sample_weight=weight),
            Metric.LOG_LOSS: log_loss(labels, scores, sample_weight=weight),
            Metric.BRIER_SCORE: brier_score_loss(labels, scores, sample_weight=weight),
            Metric.F1: f1_score(labels, scores >= 0.4, sample_weight=weight),
            Metric.EXPECTED_PROFIT: np.average(OPERATION.profit_by_row(labels, scores), weights=weight),
        }
        assert {metric: float(values[metric][number]) for metric in Metric} == pytest.approx(theirs, abs=1e-12)
