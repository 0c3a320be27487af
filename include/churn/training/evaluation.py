"""How well probabilities rank and match what happened. Pure."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    f1_score,
    log_loss,
    roc_auc_score,
)
from sklearn.model_selection import train_test_split

from churn.errors import RowsError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from churn.config.settings import TrainSettings

Floats = NDArray[np.float64]


class Split(NamedTuple):
    """Features and labels (0 or 1) to fit on, and others to test on."""

    train_features: pd.DataFrame
    test_features: pd.DataFrame
    train_labels: "pd.Series[int]"
    test_labels: "pd.Series[int]"


class Scored(NamedTuple):
    """What a model makes of rows: labels (0 or 1) and probabilities of label 1, shape (n,) each."""

    labels: "pd.Series[int]"
    probabilities: Floats
    threshold: float


def split(rows: pd.DataFrame, label: str, settings: "TrainSettings") -> Split:
    """Divide rows into train and test, with equal shares of both labels.

    The rows are sorted first: tables come in any order, and the same rows shall give the same model.

    Args:
        rows: features and label.
        label: name of the label's column.
        settings: share of test rows and random state.

    Raises:
        RowsError: there are not two rows of each label for each side.
    """
    rows = rows.sort_values(list(rows.columns), ignore_index=True)
    labels = rows.pop(label)
    try:
        parts = train_test_split(
            rows, labels, test_size=settings.test_size, random_state=settings.random_state, stratify=labels
        )
    except ValueError as error:
        counts = labels.value_counts().to_dict()
        raise RowsError(
            f"{len(labels)} customers (by label: {counts}) cannot be divided into train and test with "
            f"train.test_size = {settings.test_size}: ingest more customers of both labels"
        ) from error
    return Split(*parts)


def evaluate_model(model: "Pipeline", parts: Split, threshold: float) -> tuple[dict[str, float], Scored]:
    """Metrics of a fitted model on test rows, `train_roc_auc` to see how far it overfits, and the scored test rows."""
    on_train = Scored(parts.train_labels, _probabilities(model, parts.train_features), threshold)
    on_test = Scored(parts.test_labels, _probabilities(model, parts.test_features), threshold)
    metrics = {f"test_{name}": value for name, value in evaluate(*on_test).items()}
    return metrics | {"train_roc_auc": evaluate(*on_train)["roc_auc"]}, on_test


def _probabilities(model: "Pipeline", features: pd.DataFrame) -> Floats:
    probabilities: Floats = model.predict_proba(features)[:, 1]
    return probabilities


def evaluate(labels: "pd.Series[int]", probabilities: Floats, threshold: float) -> dict[str, float]:
    """Metrics of probabilities, and of the labels that a threshold makes of them.

    Args:
        labels: 0 or 1, shape (n,).
        probabilities: of label 1, shape (n,).
        threshold: at or above it the label is 1.
    """
    predicted = probabilities >= threshold
    return {
        "roc_auc": float(roc_auc_score(labels, probabilities)),
        "average_precision": float(average_precision_score(labels, probabilities)),
        "log_loss": float(log_loss(labels, probabilities)),
        "brier": float(brier_score_loss(labels, probabilities)),
        "accuracy": float(accuracy_score(labels, predicted)),
        "f1": float(f1_score(labels, predicted, zero_division=0.0)),
    }
