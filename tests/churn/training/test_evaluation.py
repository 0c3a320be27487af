"""The split, and the metrics."""

import numpy as np
import pandas as pd
import pytest

from churn.config import load_settings
from churn.errors import RowsError
from churn.training.evaluation import evaluate, split

SETTINGS = load_settings("local", {"train.test_size": 0.2}).train


def test_every_row_is_on_one_side(rows: pd.DataFrame) -> None:
    parts = split(rows, "churn", SETTINGS)

    assert len(parts.train_features) == len(parts.train_labels) == 480
    assert len(parts.test_features) == len(parts.test_labels) == 120
    assert not set(parts.train_features.index) & set(parts.test_features.index)
    assert "churn" not in parts.train_features


def test_both_sides_have_the_same_share_of_customers_who_left(rows: pd.DataFrame) -> None:
    parts = split(rows, "churn", SETTINGS)

    assert parts.train_labels.mean() == pytest.approx(parts.test_labels.mean(), abs=0.01)


def test_the_order_of_rows_does_not_matter(rows: pd.DataFrame) -> None:
    """Tables come in any order, and the same rows shall give the same model."""
    shuffled = rows.sample(frac=1, random_state=3)

    pd.testing.assert_frame_equal(
        split(rows, "churn", SETTINGS).train_features, split(shuffled, "churn", SETTINGS).train_features
    )


def test_the_rows_that_were_given_stay_as_they_were(rows: pd.DataFrame) -> None:
    before = rows.copy()
    split(rows, "churn", SETTINGS)

    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize("labels", [[1], [0, 1], [0, 0, 0, 1]])
def test_too_few_rows_are_refused(labels: list[int]) -> None:
    few = pd.DataFrame({"a": range(len(labels)), "churn": labels})

    with pytest.raises(RowsError, match=rf"{len(labels)} customers .*ingest more customers of both labels"):
        split(few, "churn", SETTINGS)


def test_metrics_are_what_they_are_by_definition() -> None:
    labels = pd.Series([0, 0, 1, 1])
    probabilities = np.array([0.1, 0.6, 0.5, 0.9])

    metrics = evaluate(labels, probabilities, threshold=0.5)

    assert metrics == pytest.approx(
        {
            "roc_auc": 3 / 4,  # of four pairs, one is in the wrong order
            "average_precision": (1 / 1 + 2 / 3) / 2,
            "log_loss": -np.log([0.9, 0.4, 0.5, 0.9]).mean(),
            "brier": np.mean([0.01, 0.36, 0.25, 0.01]),
            "accuracy": 3 / 4,
            "f1": 4 / 5,  # two right of three called, of two to find
        }
    )


def test_a_customer_at_the_threshold_counts_as_leaving() -> None:
    labels = pd.Series([0, 1])

    assert evaluate(labels, np.array([0.2, 0.5]), threshold=0.5)["accuracy"] == 1.0


def test_nobody_above_the_threshold_is_no_error() -> None:
    assert evaluate(pd.Series([0, 1]), np.array([0.1, 0.2]), threshold=0.9)["f1"] == 0.0
