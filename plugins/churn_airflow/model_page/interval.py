"""Intervals drawn below each other on one scale. Pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 150
_EDGE = 6


@dataclass(frozen=True)
class Bar:
    """An interval, its middle and zero, in pixels from the left."""

    lower: float
    middle: float
    upper: float
    zero: float


def bars(intervals: Sequence[tuple[float, float, float]]) -> list[Bar]:
    """Place intervals (lower, middle, upper) so that all of them and zero are in sight."""
    reach = max((abs(bound) for interval in intervals for bound in interval), default=0.0) or 1.0
    half = WIDTH / 2

    def place(value: float) -> float:
        return round(half + value / reach * (half - _EDGE), 1)

    return [Bar(place(lower), place(middle), place(upper), half) for lower, middle, upper in intervals]
