"""Calibration of scores whose calibration is known."""

import numpy as np
import pytest

from churn.gate.calibration import calibration

ROWS = 40_000


@pytest.mark.parametrize("stretch", [0.5, 1.0, 2.0])
def test_the_slope_undoes_what_was_done_to_the_log_odds(stretch: float) -> None:
    generator = np.random.default_rng(1)
    log_odds = generator.normal(-1, 1.5, ROWS)
    labels = generator.random(ROWS) < 1 / (1 + np.exp(-log_odds))

    found = calibration(labels, 1 / (1 + np.exp(-stretch * log_odds)))

    assert found.slope == pytest.approx(1 / stretch, rel=0.04)
    assert (found.ece < 0.01) is (stretch == 1.0)


def test_the_error_is_the_average_distance_from_what_happened() -> None:
    labels = np.array([True] * 30 + [False] * 70 + [True] * 60 + [False] * 40)
    scores = np.array([0.2] * 100 + [0.9] * 100)

    found = calibration(labels, scores)

    assert [bin_.rows for bin_ in found.bins] == [100, 100]
    assert [bin_.mean_score for bin_ in found.bins] == pytest.approx([0.2, 0.9])
    assert [bin_.churned for bin_ in found.bins] == [0.3, 0.6]
    assert found.ece == pytest.approx((0.1 + 0.3) / 2)


def test_constant_scores_have_no_slope() -> None:
    found = calibration(np.array([True, False] * 50), np.full(100, 0.5))

    assert found.slope is None
    assert len(found.bins) == 1


def test_scores_that_differ_only_beyond_all_certainty_have_no_slope() -> None:
    labels = np.array([True, False] * 50)

    assert calibration(labels, np.where(labels, 1e-9, 0.0)).slope is None


def test_scores_of_exactly_zero_and_one_are_borne() -> None:
    labels = np.array([True, False] * 100)
    scores = np.where(np.arange(200) % 50 < 25, labels.astype(float), 0.5)

    assert calibration(labels, scores).slope is not None


def test_scores_that_part_the_classes_have_a_steep_slope() -> None:
    scores = np.random.default_rng(1).random(1_000)

    assert (calibration(scores > 0.5, scores).slope or 0) > 10
    assert (calibration(scores < 0.5, scores).slope or 0) < -10


def test_scores_that_hardly_vary_are_borne() -> None:
    generator = np.random.default_rng(1)

    assert calibration(generator.random(1_000) < 0.3, 0.3 + 1e-12 * generator.random(1_000)).slope is not None
