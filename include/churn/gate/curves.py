"""The curves of one version, thinned so that a record stays small."""

import numpy as np
from sklearn.metrics import roc_curve

from churn.gate.evidence import Curves, Point
from churn.gate.metrics import Labels, Scores

POINTS = 200
HISTOGRAM_BINS = 25


def curves(labels: Labels, scores: Scores) -> Curves:
    """ROC, precision-recall and the distribution of the scores.

    Args:
        labels: shape (n,), true where the customer churned; both values occur.
        scores: shape (n,), probabilities.
    """
    false_rate, true_rate = _thinned_roc(labels, scores)
    positives = int(labels.sum())
    found, wrongly = true_rate[1:] * positives, false_rate[1:] * (labels.size - positives)
    return Curves(
        roc=_points(false_rate, true_rate),
        precision_recall=_points(true_rate[1:], found / (found + wrongly)),
        histogram_stayed=_histogram(scores[~labels]),
        histogram_churned=_histogram(scores[labels]),
    )


def _thinned_roc(labels: Labels, scores: Scores) -> tuple[Scores, Scores]:
    """Points of the ROC curve, evenly spaced along both axes together; none is interpolated."""
    false_rate, true_rate, _ = roc_curve(labels, scores, drop_intermediate=False)
    kept = np.unique(np.searchsorted(false_rate + true_rate, np.linspace(0, 2, POINTS)).clip(max=true_rate.size - 1))
    return false_rate[kept], true_rate[kept]


def _points(x: Scores, y: Scores) -> tuple[Point, ...]:
    return tuple(Point(x=round(float(a), 5), y=round(float(b), 5)) for a, b in zip(x, y, strict=True))


def _histogram(scores: Scores) -> tuple[int, ...]:
    counts, _ = np.histogram(scores, bins=HISTOGRAM_BINS, range=(0, 1))
    return tuple(counts.tolist())
