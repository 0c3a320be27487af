"""Generated customers: the raw schema, realistic ranges, and something to learn."""

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from churn.config import load_settings
from churn.raw.generator import generate
from churn.raw.schema import NAMES
from churn.raw.validation import validate
from churn.training.pipeline import build_pipeline


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    """As many as the real data has."""
    valid = validate(generate(7_043, seed=42))
    assert valid.rejects.empty
    return valid.accepted


def test_all_columns_are_there_as_text() -> None:
    rows = generate(100, seed=1).rows

    assert tuple(rows.columns) == NAMES
    assert all(isinstance(value, str) for value in rows.iloc[0])


def test_a_seed_always_gives_the_same_customers() -> None:
    pd.testing.assert_frame_equal(generate(200, seed=7).rows, generate(200, seed=7).rows)


def test_another_seed_gives_other_customers() -> None:
    assert not generate(200, seed=7).rows.equals(generate(200, seed=8).rows)


def test_one_customer_can_be_had() -> None:
    assert len(validate(generate(1, seed=3)).accepted) == 1


def test_keys_are_distinct_in_a_large_table() -> None:
    keys = generate(200_000, seed=5).rows["customerID"]

    assert keys.is_unique
    assert keys.str.fullmatch(r"[0-9]{4}-[A-Z]{5}").all()


def test_frequencies_are_like_the_real_ones(customers: pd.DataFrame) -> None:
    assert 0.22 < (customers["Churn"] == "Yes").mean() < 0.31
    assert 60 < customers["MonthlyCharges"].mean() < 70
    assert customers["MonthlyCharges"].between(18, 119).all()
    assert customers["tenure"].between(0, 72).all()
    assert customers.groupby("Contract").size().idxmax() == "Month-to-month"


def test_charges_are_blank_exactly_in_the_first_month(customers: pd.DataFrame) -> None:
    assert customers["TotalCharges"].isna().equals(customers["tenure"] == 0)
    assert customers["TotalCharges"].isna().sum() > 0


def test_customers_without_internet_have_no_extras(customers: pd.DataFrame) -> None:
    offline = customers[customers["InternetService"] == "No"]

    assert set(offline["TechSupport"]) == {"No internet service"}
    assert set(customers.loc[customers["PhoneService"] == "No", "MultipleLines"]) == {"No phone service"}


def test_a_deeper_forest_learns_a_little_more(customers: pd.DataFrame) -> None:
    """The lifecycle's story, depth 4 and then depth 8, holds on generated data too."""
    numbers = customers.select_dtypes("number").astype(float)
    features = customers.assign(**numbers).drop(columns=["customerID", "Churn"])
    label = customers["Churn"] == "Yes"
    train, test = slice(0, 5_000), slice(5_000, None)

    def area(depth: int) -> float:
        parameters = load_settings("local", {"train.model.max_depth": depth}).train.model
        model = build_pipeline(parameters).fit(features[train], label[train])
        return float(roc_auc_score(label[test], model.predict_proba(features[test])[:, 1]))

    shallow, deep = area(4), area(8)

    assert 0.80 < shallow < 0.88
    assert 0.002 < deep - shallow < 0.03
