"""How well probabilities match what happened."""

from collections.abc import Iterator

import numpy as np
from sklearn.linear_model import LogisticRegression

from churn.gate.binning import bin_numbers, inner_edges
from churn.gate.evidence import Calibration, CalibrationBin
from churn.gate.metrics import Labels, Scores

BINS = 10
CLIP = 1e-6  # a forest may say 0 or 1, whose log-odds are infinite
PENALTY_INVERSE = 1e4  # too weak to be seen in the slope; finite, so that scores which part the classes have a slope


def calibration(labels: Labels, scores: Scores) -> Calibration:
    """Expected calibration error, calibration slope, and the bins that a reliability diagram shows.

    Args:
        labels: shape (n,), true where the customer churned; both values occur.
        scores: shape (n,), probabilities.
    """
    bins = tuple(_bins(labels, scores))
    ece = sum(bin_.rows * abs(bin_.mean_score - bin_.churned) for bin_ in bins) / labels.size
    return Calibration(ece=ece, slope=calibration_slope(labels, scores), bins=bins)


def calibration_slope(labels: Labels, scores: Scores) -> float | None:
    """Slope of the logistic regression of the labels on the scores' log-odds; None where these are constant.

    1 is ideal, below it the scores are too extreme, above it too timid.

    Source: D. Cox (1958), Two further applications of a model for binary regression, Biometrika 45, 562-565.
    """
    clipped = np.clip(scores, CLIP, 1 - CLIP)
    if clipped.min() == clipped.max():
        return None
    log_odds = np.log(clipped / (1 - clipped))
    spread = log_odds.std()
    standardised = (log_odds - log_odds.mean()) / spread
    regression = LogisticRegression(C=PENALTY_INVERSE, solver="newton-cholesky", tol=1e-8)
    return float(regression.fit(standardised[:, np.newaxis], labels).coef_[0, 0] / spread)


def _bins(labels: Labels, scores: Scores) -> Iterator[CalibrationBin]:
    """Bins by deciles of the score: equally filled rather than equally wide, so that none rests on a few rows.

    Source: J. Nixon et al. (2019), Measuring calibration in deep learning, CVPR workshops.
    """
    number = bin_numbers(scores, inner_edges(scores, BINS))
    rows = np.bincount(number)
    score_sums = np.bincount(number, weights=scores)
    churned = np.bincount(number, weights=labels)
    for filled in np.flatnonzero(rows):
        count = int(rows[filled])
        yield CalibrationBin(
            rows=count, mean_score=float(score_sums[filled]) / count, churned=float(churned[filled]) / count
        )
