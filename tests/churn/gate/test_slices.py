"""The groups that customers are cut into."""

import numpy as np
import pandas as pd
import pytest

from churn.errors import ConfigError
from churn.gate.policy import SliceLimits
from churn.gate.slices import slices


def limits(columns: tuple[str, ...] = (), bands: dict[str, tuple[float, ...]] | None = None) -> SliceLimits:
    return SliceLimits(columns=columns, bands=bands or {}, margin=0.02, min_rows=1, min_positives=1)


def cut(frame: pd.DataFrame, by: SliceLimits) -> dict[tuple[str, str], list[int]]:
    return {(slice_.column, slice_.value): slice_.rows.tolist() for slice_ in slices(frame, by)}


def test_each_value_is_a_slice() -> None:
    frame = pd.DataFrame(
        {"Contract": ["One year", "Two year", "One year"], "SeniorCitizen": [0, 1, 1]}, index=[7, 8, 9]
    )

    assert cut(frame, limits(("Contract", "SeniorCitizen"))) == {
        ("Contract", "One year"): [0, 2],
        ("Contract", "Two year"): [1],
        ("SeniorCitizen", "0"): [0],
        ("SeniorCitizen", "1"): [1, 2],
    }


def test_each_band_is_a_slice_with_its_lower_edge() -> None:
    frame = pd.DataFrame({"tenure": [0, 11, 12, 23, 24, 72]})

    assert cut(frame, limits(bands={"tenure": (12, 24)})) == {
        ("tenure", "below 12"): [0, 1],
        ("tenure", "12 to 24"): [2, 3],
        ("tenure", "24 and above"): [4, 5],
    }


def test_bands_come_in_rising_order_and_customers_without_a_value_last() -> None:
    frame = pd.DataFrame({"tenure": [72, 13, 5, np.nan, 100], "Contract": [None, "zero", "one", "one", "zero"]})

    assert list(cut(frame, limits(("Contract",), {"tenure": (12, 24, 100)}))) == [
        ("Contract", "one"),
        ("Contract", "zero"),
        ("Contract", "missing"),
        ("tenure", "below 12"),
        ("tenure", "12 to 24"),
        ("tenure", "24 to 100"),
        ("tenure", "100 and above"),
        ("tenure", "missing"),
    ]


def test_customers_without_a_value_are_a_slice() -> None:
    frame = pd.DataFrame({"Contract": ["One year", None], "tenure": [np.nan, 5.0]})

    assert cut(frame, limits(("Contract",), {"tenure": (12,)})) == {
        ("Contract", "One year"): [0],
        ("Contract", "missing"): [1],
        ("tenure", "below 12"): [1],
        ("tenure", "missing"): [0],
    }


def test_a_column_of_many_values_asks_for_bands() -> None:
    frame = pd.DataFrame({"MonthlyCharges": np.arange(51) / 7})

    with pytest.raises(ConfigError, match=r"names MonthlyCharges, which has 51 values.*bands"):
        cut(frame, limits(("MonthlyCharges",)))


def test_a_column_that_is_not_there_gives_none() -> None:
    assert cut(pd.DataFrame({"gender": ["Male"]}), limits(("Contract",))) == {}
