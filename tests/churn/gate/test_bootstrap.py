"""The bootstrap against standard errors that are known by other means."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from churn.gate.bootstrap import BAG_ROWS, paired_bootstrap
from churn.gate.delong import paired_auc
from churn.gate.metrics import Operation
from churn.gate.policy import Bootstrap, CostMatrix, Metric

OPERATION = Operation(0.5, CostMatrix(true_positive=80, false_positive=-20, false_negative=0, true_negative=0))
Paired = tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]


def simulated(rows: int, rate: float = 0.3) -> Paired:
    generator = np.random.default_rng(rows)
    labels = generator.random(rows) < rate
    risk = 1.5 * labels + generator.normal(-1, 1, rows)
    candidate, production = (1 / (1 + np.exp(-risk - generator.normal(0, spread, rows))) for spread in (0.5, 0.6))
    return labels, candidate, production


def stratified_error(labels: NDArray[np.bool_], differences: NDArray[np.float64]) -> float:
    """Standard error of a mean of paired differences, where each class is drawn by itself."""
    variance = sum(stratum.sum() * differences[stratum].var() for stratum in (labels, ~labels))
    return float(np.sqrt(variance)) / labels.size


SIZES = {"ordinary": 2_000, "in bags": 4 * BAG_ROWS}


@pytest.mark.parametrize("rows", SIZES.values(), ids=SIZES.keys())
def test_the_error_of_the_auc_agrees_with_delong(rows: int) -> None:
    paired = simulated(rows)

    spread = paired_bootstrap(*paired, OPERATION, Bootstrap(samples=2_000, seed=1), frozenset({Metric.ROC_AUC}))

    assert spread[Metric.ROC_AUC].standard_error == pytest.approx(paired_auc(*paired).standard_error, rel=0.05)


@pytest.mark.parametrize("rows", SIZES.values(), ids=SIZES.keys())
def test_the_error_of_a_mean_agrees_with_its_formula(rows: int) -> None:
    labels, candidate, production = simulated(rows)
    by_row: dict[Metric, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
        Metric.BRIER_SCORE: lambda scores: (scores - labels) ** 2,
        Metric.LOG_LOSS: lambda scores: -np.log(np.where(labels, scores, 1 - scores)),
        Metric.EXPECTED_PROFIT: lambda scores: OPERATION.profit_by_row(labels, scores),
    }

    spread = paired_bootstrap(
        labels, candidate, production, OPERATION, Bootstrap(samples=2_000, seed=1), frozenset(by_row)
    )

    for metric, of in by_row.items():
        known = stratified_error(labels, of(candidate) - of(production))
        assert spread[metric].standard_error == pytest.approx(known, rel=0.06), metric


def test_bags_give_the_error_of_all_rows_not_of_their_own() -> None:
    """Every metric's error over all rows in bags against the ordinary bootstrap on a quarter of them: half as wide."""
    labels, candidate, production = simulated(4 * BAG_ROWS)
    settings = Bootstrap(samples=1_000, seed=2)
    quarter = slice(0, BAG_ROWS)

    whole = paired_bootstrap(labels, candidate, production, OPERATION, settings)
    part = paired_bootstrap(labels[quarter], candidate[quarter], production[quarter], OPERATION, settings)

    for metric in Metric:
        assert whole[metric].standard_error == pytest.approx(part[metric].standard_error / 2, rel=0.15), metric


def test_a_seed_gives_the_same_resamples_and_another_seed_others() -> None:
    paired = simulated(3 * BAG_ROWS)

    first, again, other = (
        paired_bootstrap(*paired, OPERATION, Bootstrap(samples=200, seed=seed))[Metric.F1].deviations
        for seed in (5, 5, 6)
    )

    np.testing.assert_array_equal(first, again)
    assert first.shape == (200,)
    assert not np.array_equal(first, other)


def test_a_rare_class_is_not_cut_into_bags() -> None:
    paired = simulated(4 * BAG_ROWS, rate=0.01)

    spread = paired_bootstrap(*paired, OPERATION, Bootstrap(samples=400, seed=1), frozenset({Metric.ROC_AUC}))

    assert spread[Metric.ROC_AUC].standard_error == pytest.approx(paired_auc(*paired).standard_error, rel=0.12)


def test_percentiles_lie_around_the_gain() -> None:
    spread = paired_bootstrap(*simulated(1_000), OPERATION, Bootstrap(samples=1_000, seed=1))[Metric.ROC_AUC]

    lower, upper = spread.percentiles(0.02, 0.95)

    assert lower < 0.02 < upper
    assert upper - lower == pytest.approx(2 * 1.96 * spread.standard_error, rel=0.1)


def test_equal_scores_have_no_spread() -> None:
    labels, candidate, _ = simulated(500)

    spread = paired_bootstrap(labels, candidate, candidate, OPERATION, Bootstrap(samples=200, seed=1))

    assert {metric: found.standard_error for metric, found in spread.items()} == dict.fromkeys(Metric, 0.0)
