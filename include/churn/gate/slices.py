"""The groups of customers that a candidate must not fail."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.errors import ConfigError
from churn.gate.policy import SliceLimits

MAX_VALUES = 50
MISSING = "missing"


class Slice(NamedTuple):
    """A group of customers."""

    column: str
    value: str
    rows: NDArray[np.intp]  # their numbers, shape (rows in the slice,)


def slices(frame: pd.DataFrame, limits: SliceLimits) -> Iterator[Slice]:
    """Every slice of the policy; rows without a value are a slice of their own.

    A column that the frame does not have gives no slices: the decision then finds that they were not measured.

    Args:
        frame: n rows, in the order of the scores, with the customers' columns.
        limits: the columns to cut by, and how.

    Raises:
        ConfigError: a column has too many values to be cut by value.
    """
    for column in sliced_by(frame, limits):
        values = _values(frame[column], limits.bands.get(column))
        if values.nunique() > MAX_VALUES:
            raise ConfigError(
                f"gate.guardrails.slices.columns names {column}, which has {values.nunique()} values and may have "
                f"{MAX_VALUES}: put it into gate.guardrails.slices.bands with the edges to cut it at"
            )
        rows = values.groupby(values).indices
        for value in sorted(rows, key=_order(limits.bands.get(column))):
            yield Slice(column, value, rows[value])


def sliced_by(frame: pd.DataFrame, limits: SliceLimits) -> tuple[str, ...]:
    """The columns of the policy that the frame has."""
    return tuple(column for column in limits.all_columns if column in frame.columns)


def _values(column: pd.Series, edges: tuple[float, ...] | None) -> pd.Series:
    """The name of each row's slice; names are made once a value, not once a row."""
    number, distinct = pd.factorize(column if edges is None else _banded(column, edges))
    names = np.array([*map(str, distinct), MISSING], dtype=object)
    return pd.Series(names[number])  # the number of a missing value is -1: the last name


def _banded(column: pd.Series, edges: tuple[float, ...]) -> pd.Series:
    return pd.cut(column, [-np.inf, *edges, np.inf], right=False, labels=_bands(edges))


def _bands(edges: tuple[float, ...]) -> list[str]:
    between = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    return [f"below {edges[0]:g}", *between, f"{edges[-1]:g} and above"]


def _order(edges: tuple[float, ...] | None) -> Callable[[str], tuple[int, str]]:
    """Bands in rising order, other values by the alphabet, customers without a value last."""
    known = [] if edges is None else _bands(edges)
    return lambda value: (len(known) + (value == MISSING) if value not in known else known.index(value), value)
