"""The slices' intervals on one shared scale, a row each."""

from collections.abc import Sequence
from dataclasses import dataclass

from churn.gate.charts import Scale
from churn.gate.evidence import Difference

WIDTH = 220


@dataclass(frozen=True)
class Whisker:
    """An interval in pixels."""

    low: float
    gain: float
    high: float


@dataclass(frozen=True)
class Forest:
    """Whiskers, one for each difference, and the lines that they are judged by."""

    whiskers: list[Whisker]
    zero: float
    limit: float  # minus the margin
    ticks: list[tuple[float, str]]
    width: int = WIDTH


def forest(differences: Sequence[Difference], margin: float, confidence: float) -> Forest:
    """Place intervals so that all of them, zero and the margin are in sight.

    Args:
        differences: at least one.
        margin: what a slice may lose.
        confidence: of the intervals.
    """
    intervals = [difference.interval(confidence) for difference in differences]
    reach = max(margin, *(abs(bound) for interval in intervals for bound in interval)) * 1.05 or 1.0
    scale = Scale(-reach, reach, 20, WIDTH - 20)
    return Forest(
        whiskers=[
            Whisker(scale(low), scale(difference.gain), scale(high))
            for difference, (low, high) in zip(differences, intervals, strict=True)
        ],
        zero=scale(0),
        limit=scale(-margin),
        ticks=scale.ticks(3, 3),
    )
