"""DeLong's standard error of a paired difference of ROC AUCs, in O(n log n)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from churn.gate.metrics import Labels, Scores


class PairedAuc(NamedTuple):
    """The ROC AUCs of two versions, and the standard error of their difference."""

    candidate: float
    production: float
    standard_error: float


def paired_auc(labels: Labels, candidate: Scores, production: Scores) -> PairedAuc:
    """Two correlated ROC AUCs and the standard error of their difference.

    Assumes independent rows, each scored by both versions, and models that were fitted without these rows. Where one
    model contains the other and the truth is that both rank alike, the variance is too large, so that the bounds
    err on the safe side (Demler, Pencina & D'Agostino 2012, Statist. Med. 31, 2577-2587).

    Args:
        labels: shape (n,), true where the customer churned; at least two rows of each class.
        candidate: shape (n,), finite scores; ties count one half.
        production: shape (n,), in the same order.

    Raises:
        ValueError: a class has fewer than two rows.

    Source:
        E. DeLong, D. DeLong & D. Clarke-Pearson (1988), Biometrics 44, 837-845, by sorting as in X. Sun & W. Xu (2014),
        Fast implementation of DeLong's algorithm, IEEE Signal Process. Lett. 21, 1389-1393. Their mid-ranks are counts
        at each distinct score here, so that one sort serves both classes.
    """
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if min(positives, negatives) < 2:
        raise ValueError(f"{positives} churned and {negatives} stayed: DeLong's variance needs two rows of each")
    mine, its = _placements(labels, candidate), _placements(labels, production)
    variance = sum((mine[side] - its[side]).var(ddof=1) / mine[side].size for side in (True, False))
    return PairedAuc(float(mine[True].mean()), float(its[True].mean()), float(np.sqrt(variance)))


def _placements(labels: Labels, scores: Scores) -> dict[bool, NDArray[np.float64]]:
    """Under true, of each positive the share of negatives below it; under false, of each negative of positives above.

    Half of those with an equal score count.
    """
    _, score, rows = np.unique(scores, return_inverse=True, return_counts=True)
    positives = np.bincount(score, weights=labels)
    negatives = rows - positives
    below = (np.cumsum(negatives) - negatives / 2) / negatives.sum()
    above = 1 - (np.cumsum(positives) - positives / 2) / positives.sum()
    return {True: below[score[labels]], False: above[score[~labels]]}
