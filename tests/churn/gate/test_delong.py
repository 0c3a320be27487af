"""DeLong's standard error against the definition, and against scikit-learn."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from churn.gate.delong import paired_auc

Floats = NDArray[np.float64]
ByAllPairs = Callable[[NDArray[np.bool_], Floats, Floats], tuple[float, float]]


def simulated(seed: int, rows: int, decimals: int) -> tuple[NDArray[np.bool_], Floats, Floats]:
    generator = np.random.default_rng(seed)
    labels = generator.random(rows) < 0.3
    risk = labels + generator.normal(0, 1, rows)
    return (
        labels,
        np.round(risk + generator.normal(0, 0.5, rows), decimals),
        np.round(risk + generator.normal(0, 0.8, rows), decimals),
    )


@pytest.mark.parametrize("decimals", [0, 1, 12])  # 0: nearly all scores are tied
@pytest.mark.parametrize("rows", [12, 300, 2_000])
def test_it_equals_the_computation_over_all_pairs(by_all_pairs: ByAllPairs, rows: int, decimals: int) -> None:
    labels, candidate, production = simulated(rows, rows, decimals)

    paired = paired_auc(labels, candidate, production)
    difference, standard_error = by_all_pairs(labels, candidate, production)

    assert paired.candidate - paired.production == pytest.approx(difference, abs=1e-12)
    assert paired.standard_error == pytest.approx(standard_error, abs=1e-12)


@pytest.mark.parametrize("decimals", [0, 12])
def test_its_areas_are_those_of_scikit_learn(decimals: int) -> None:
    labels, candidate, production = simulated(5, 1_000, decimals)

    paired = paired_auc(labels, candidate, production)

    assert paired.candidate == pytest.approx(roc_auc_score(labels, candidate), abs=1e-12)
    assert paired.production == pytest.approx(roc_auc_score(labels, production), abs=1e-12)


def test_equal_scores_have_no_spread() -> None:
    labels, candidate, _ = simulated(1, 200, 3)

    assert paired_auc(labels, candidate, candidate.copy()).standard_error == 0


def test_pairing_makes_it_smaller_than_that_of_unpaired_rows() -> None:
    labels, candidate, production = simulated(2, 2_000, 12)
    shuffled = np.random.default_rng(0).permutation

    broken = production.copy()
    for stratum in (labels, ~labels):
        broken[stratum] = shuffled(production[stratum])

    paired, unpaired = paired_auc(labels, candidate, production), paired_auc(labels, candidate, broken)
    assert unpaired.production == pytest.approx(paired.production)
    assert unpaired.standard_error > 1.5 * paired.standard_error


def test_one_row_of_a_class_is_refused() -> None:
    labels = np.array([True, False, False])

    with pytest.raises(ValueError, match="1 churned and 2 stayed"):
        paired_auc(labels, np.array([0.3, 0.2, 0.1]), np.array([0.3, 0.1, 0.2]))
