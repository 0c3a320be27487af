"""Features and labels to train on."""

import pandas as pd
import pytest

from churn.raw.generator import generate
from churn.raw.validation import validate


@pytest.fixture(scope="session")
def rows() -> pd.DataFrame:
    """Features as the feature table gives them, and the label `churn`."""
    customers = validate(generate(600, seed=1)).accepted
    numbers = customers.select_dtypes("number").astype(float)
    label = (customers["Churn"] == "Yes").astype(int)
    return customers.assign(**numbers, churn=label).drop(columns=["customerID", "Churn"])
