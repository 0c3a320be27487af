"""Raw rows that are right, for tests to spoil."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from churn.raw.generator import generate
from churn.raw.validation import RawRows

Spoil = Callable[[pd.DataFrame], object]


@pytest.fixture
def raw() -> RawRows:
    """Five customers, in rows 2 to 6 of a file, called a to e."""
    rows = generate(5, seed=1).rows
    rows.index = pd.RangeIndex(2, 7)
    rows["customerID"] = list("abcde")
    return RawRows("customers.csv", rows, pd.DataFrame(columns=["row_number", "customerID", "reason", "raw_row"]))


@pytest.fixture
def csv_file(raw: RawRows, tmp_path: Path) -> Path:
    """The same customers as a file."""
    path = tmp_path / "customers.csv"
    raw.rows.to_csv(path, index=False)
    return path
