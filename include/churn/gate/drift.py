"""Prediction drift: whether the candidate gives the same customers other scores as a whole."""

import numpy as np
from numpy.typing import NDArray

from churn.gate.binning import bin_numbers, inner_edges
from churn.gate.metrics import Scores


def population_stability_index(expected: Scores, actual: Scores, bins: int) -> float:
    """PSI of two samples of scores: zero where they fill the bins alike.

    The bins are quantiles of `expected`. Half a row is added to each bin, so that an empty one gives a large but
    finite value.

    Args:
        expected: shape (n,), Production's scores.
        actual: shape (m,), the candidate's.
        bins: number of bins; fewer where scores are tied.

    Source:
        N. Siddiqi (2006), Credit Risk Scorecards, Wiley; it calls up to 0.1 little and from 0.25 a large shift.
    """
    edges = inner_edges(expected, bins)
    expected_share, actual_share = _shares(expected, edges), _shares(actual, edges)
    return float(np.sum((actual_share - expected_share) * np.log(actual_share / expected_share)))


def _shares(scores: Scores, edges: Scores) -> NDArray[np.float64]:
    counts = np.bincount(bin_numbers(scores, edges), minlength=edges.size + 1) + 0.5
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares
