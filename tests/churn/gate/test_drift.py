"""The population stability index."""

import numpy as np
import pytest

from churn.gate.drift import population_stability_index


def test_equal_scores_have_none() -> None:
    scores = np.random.default_rng(1).random(1_000)

    assert population_stability_index(scores, scores, 10) == 0


def test_it_is_the_sum_over_bins() -> None:
    expected, actual = np.array([0.1] * 500 + [0.9] * 500), np.array([0.1] * 200 + [0.9] * 800)
    fewer, more = 200.5 / 1001, 800.5 / 1001

    by_hand = (fewer - 0.5) * np.log(fewer / 0.5) + (more - 0.5) * np.log(more / 0.5)

    assert population_stability_index(expected, actual, 2) == pytest.approx(by_hand)


def test_it_grows_with_the_shift() -> None:
    scores = np.random.default_rng(1).beta(2, 5, 5_000)

    small, large = (population_stability_index(scores, np.clip(scores + by, 0, 1), 10) for by in (0.02, 0.1))

    assert 0 < small < 0.1 < 0.25 < large


def test_an_empty_bin_gives_a_finite_value() -> None:
    assert np.isfinite(population_stability_index(np.linspace(0, 1, 100), np.full(100, 0.99), 10))
