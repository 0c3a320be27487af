"""A stratified paired bootstrap of the difference in every metric, for any number of rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from churn.gate.metrics import Labels, Operation, Scores
from churn.gate.parallel import in_threads
from churn.gate.policy import Bootstrap, Metric
from churn.gate.resampling import Floats, ResampledMetrics

BAG_ROWS = 5_000  # at least; with fewer than two bags of them it is the ordinary bootstrap
BAG_EXPONENT = 0.6  # beyond, rows in a bag grow as n to this power: the least that Kleiner et al. found to serve
BAG_ROWS_OF_A_CLASS = 1_000  # at least, so that a rare class is not reduced to a handful
BAGS = 20
MANY_DRAWS = 5  # a row; up to so many, counting single draws is quicker than drawing counts
CHUNK_CELLS = 2_000_000  # weights held at a time: 16 MB, and a few arrays of that size beside them


@dataclass(frozen=True)
class BootstrapGain:
    """Spread of one metric's gain over the resamples."""

    deviations: Floats  # shape (samples,): gain of each resample minus the gain of the rows it was drawn from

    @property
    def standard_error(self) -> float:
        """Standard error of the gain."""
        return float(np.std(self.deviations, ddof=1))

    def percentiles(self, gain: float, confidence: float) -> tuple[float, float]:
        """Two-sided percentile interval around the gain that was measured on all rows."""
        tail = (1 - confidence) / 2
        low, high = np.quantile(self.deviations, [tail, 1 - tail])
        return gain + float(low), gain + float(high)


def paired_bootstrap(
    labels: Labels,
    candidate: Scores,
    production: Scores,
    operation: Operation,
    settings: Bootstrap,
    metrics: frozenset[Metric] = frozenset(Metric),
) -> dict[Metric, BootstrapGain]:
    """Spread of the gain (candidate over Production, positive where better) in each metric.

    Rows are drawn with replacement within each class, so that every resample has the reference's share of churners, and
    both versions are measured on the same draw. Below twice `BAG_ROWS` rows this is the ordinary bootstrap, nothing
    approximated. Beyond it is the bag of little bootstraps: up to `BAGS` disjoint bags are drawn from the rows, and
    each resample draws as many rows as the reference has, but from one bag only, so that it is stored as counts over
    the bag. Its standard error is that of all n rows, estimated from the bags together; the samples are shared out
    evenly over the bags. Scores are never binned. Each bag has a generator of its own, spawned from the seed.

    Assumes independent rows. Memory does not grow with n beyond the bags, nor with the number of samples.

    Args:
        labels: shape (n,), true where the customer churned; both values occur.
        candidate: shape (n,), finite probabilities.
        production: shape (n,), in the same order.
        operation: threshold and cost matrix.
        settings: number of samples and seed. The same input gives the same output.
        metrics: those wanted.

    Source:
        B. Efron & R. Tibshirani (1993), An Introduction to the Bootstrap; A. Kleiner, A. Talwalkar, P. Sarkar &
        M. Jordan (2014), A scalable bootstrap for massive data, J. R. Statist. Soc. B 76, 795-816.
    """
    generator = np.random.default_rng(settings.seed)
    bags = _bags(labels, generator)

    def resample(bag: NDArray[np.intp], samples: int, own_generator: np.random.Generator) -> dict[Metric, Floats]:
        versions = [ResampledMetrics(labels[bag], scores[bag], operation) for scores in (candidate, production)]
        return _deviations(versions, metrics, _Strata.of(labels, bag), samples, own_generator)

    work = zip(bags, _shares(settings.samples, len(bags)), generator.spawn(len(bags)), strict=True)
    parts = in_threads(lambda arguments: resample(*arguments), work)
    return {metric: BootstrapGain(np.concatenate([part[metric] for part in parts])) for metric in metrics}


@dataclass(frozen=True)
class _Strata:
    """The two classes within a bag, and how many rows of each a resample draws."""

    rows: tuple[NDArray[np.intp], NDArray[np.intp]]
    draws: tuple[int, int]

    @classmethod
    def of(cls, labels: Labels, bag: NDArray[np.intp]) -> "_Strata":
        churned = labels[bag]
        return cls((np.flatnonzero(churned), np.flatnonzero(~churned)), (int(labels.sum()), int((~labels).sum())))

    @property
    def unit_weights(self) -> Floats:
        """The bag itself, scaled to the reference's share of churners: shape (bag rows,)."""
        weights = np.empty(self._size)
        for rows, draws in zip(self.rows, self.draws, strict=True):
            weights[rows] = draws / rows.size
        return weights

    def draw(self, samples: int, generator: np.random.Generator) -> Floats:
        """How often each row of the bag is drawn: shape (samples, bag rows)."""
        weights = np.empty((samples, self._size))
        for rows, draws in zip(self.rows, self.draws, strict=True):
            weights[:, rows] = _counts(rows.size, draws, samples, generator)
        return weights

    @property
    def _size(self) -> int:
        return sum(rows.size for rows in self.rows)


def _counts(rows: int, draws: int, samples: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """How often each of some rows is drawn with replacement: shape (samples, rows). Both ways give one distribution."""
    if draws > MANY_DRAWS * rows:
        return generator.multinomial(draws, np.full(rows, 1 / rows), size=samples)
    drawn = generator.integers(rows, size=(samples, draws)) + rows * np.arange(samples)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=samples * rows).reshape(samples, rows)


def _bags(labels: Labels, generator: np.random.Generator) -> list[NDArray[np.intp]]:
    """Row numbers of each bag: all rows in every bag, or disjoint bags with the reference's share of churners."""
    strata = [np.flatnonzero(stratum) for stratum in (labels, ~labels)]
    rows = max(BAG_ROWS, labels.size**BAG_EXPONENT)
    share = max(rows / labels.size, BAG_ROWS_OF_A_CLASS / min(stratum.size for stratum in strata))
    bags = min(BAGS, int(1 / share))
    if bags < 2:
        return [np.arange(labels.size)] * BAGS  # so that threads share the work here too
    shuffled = [generator.permutation(stratum) for stratum in strata]
    return [np.concatenate([_slice(stratum, number, share) for stratum in shuffled]) for number in range(bags)]


def _slice(rows: NDArray[np.intp], number: int, share: float) -> NDArray[np.intp]:
    size = int(rows.size * share)
    return rows[number * size : (number + 1) * size]


def _shares(total: int, parts: int) -> list[int]:
    """A total in nearly equal shares."""
    whole, rest = divmod(total, parts)
    return [whole + (number < rest) for number in range(parts)]


def _deviations(
    versions: list[ResampledMetrics],
    metrics: frozenset[Metric],
    strata: _Strata,
    samples: int,
    generator: np.random.Generator,
) -> dict[Metric, Floats]:
    """Gain of each resample minus the bag's own, shape (samples,) a metric; a bounded number of weights at a time."""
    centre = _gains(versions, metrics, strata.unit_weights[np.newaxis])
    chunks = _shares(samples, -(-samples * strata.unit_weights.size // CHUNK_CELLS))
    parts = [_gains(versions, metrics, strata.draw(count, generator)) for count in chunks]
    return {metric: np.concatenate([part[metric] for part in parts]) - centre[metric] for metric in metrics}


def _gains(versions: list[ResampledMetrics], metrics: frozenset[Metric], weights: Floats) -> dict[Metric, Floats]:
    candidate, production = (version.compute(metrics, weights) for version in versions)
    return {metric: metric.sign * (candidate[metric] - production[metric]) for metric in metrics}
