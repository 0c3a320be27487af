"""Bins of equally many rows; equal scores stay together."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def inner_edges(values: Values, bins: int) -> Values:
    """Distinct values that cut the rows into at most `bins` equally filled parts, shape (at most bins - 1,)."""
    return np.unique(np.quantile(values, np.arange(1, bins) / bins))


def bin_numbers(values: Values, edges: Values) -> NDArray[np.intp]:
    """Number of the bin that each value falls into, from 0 to the number of edges, shape (n,)."""
    return np.searchsorted(edges, values, side="right")
