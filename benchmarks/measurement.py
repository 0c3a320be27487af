"""One measured figure beside what was promised for it."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """A figure; a `limit` of None says that nothing was promised, one of 0 that there would be none."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def share(self) -> float | None:
        """Of the limit: above 1 the promise is broken."""
        return self.value / self.limit if self.limit else None


def median_seconds(work: Callable[[], object], *, times: int) -> float:
    """The median wall-clock time of some calls, after one that warms up and does not count."""
    work()
    return statistics.median(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
