"""The scikit-learn pipeline, before and after it was stored."""

from importlib.metadata import version
from pathlib import Path

import mlflow.sklearn
import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from churn.config import load_settings
from churn.training.pipeline import TRUSTED_TYPES, build_pipeline, pip_requirements


def fitted(rows: pd.DataFrame, **parameters: object) -> Pipeline:
    overrides = {"train.model.n_estimators": 10} | {f"train.model.{key}": value for key, value in parameters.items()}
    pipeline = build_pipeline(load_settings("local", overrides).train.model)
    return pipeline.fit(rows.drop(columns="churn"), rows["churn"])


def test_parameters_reach_the_forest(rows: pd.DataFrame) -> None:
    forest = fitted(rows, max_depth=3, n_estimators=7, min_samples_leaf=2, max_features="log2")["forest"]

    assert len(forest.estimators_) == 7
    assert max(tree.get_depth() for tree in forest.estimators_) == 3
    assert (forest.min_samples_leaf, forest.max_features) == (2, "log2")


def test_missing_charges_are_imputed_by_the_median(rows: pd.DataFrame) -> None:
    features = rows.drop(columns="churn")
    blank, median = features.head(5).copy(), features.head(5).copy()
    blank["TotalCharges"] = np.nan
    median["TotalCharges"] = features["TotalCharges"].median()
    pipeline = fitted(rows)

    np.testing.assert_array_equal(pipeline.predict_proba(blank), pipeline.predict_proba(median))


def test_a_value_that_was_never_seen_is_scored(rows: pd.DataFrame) -> None:
    unseen = rows.drop(columns="churn").head(3).assign(PaymentMethod="Barter")

    probabilities = fitted(rows).predict_proba(unseen)

    assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_the_same_rows_give_the_same_model(rows: pd.DataFrame) -> None:
    features = rows.drop(columns="churn")

    np.testing.assert_array_equal(fitted(rows).predict_proba(features), fitted(rows).predict_proba(features))


def test_it_is_stored_and_loaded_with_the_trusted_types_only(rows: pd.DataFrame, tmp_path: Path) -> None:
    pipeline, features = fitted(rows), rows.drop(columns="churn")
    mlflow.sklearn.save_model(
        pipeline, tmp_path / "model", skops_trusted_types=list(TRUSTED_TYPES), pip_requirements=pip_requirements()
    )

    loaded = mlflow.sklearn.load_model(str(tmp_path / "model"))

    np.testing.assert_array_equal(loaded.predict_proba(features), pipeline.predict_proba(features))
    assert not list((tmp_path / "model").glob("*.pkl"))


@pytest.mark.parametrize("left_out", TRUSTED_TYPES)
def test_every_trusted_type_is_needed(rows: pd.DataFrame, tmp_path: Path, left_out: str) -> None:
    """The list is reviewed: it has to be as short as it can be."""
    others = [name for name in TRUSTED_TYPES if name != left_out]

    with pytest.raises(mlflow.MlflowException, match=left_out.rpartition(".")[2]):
        mlflow.sklearn.save_model(
            fitted(rows), tmp_path / "model", skops_trusted_types=others, pip_requirements=pip_requirements()
        )


def test_requirements_are_what_is_installed() -> None:
    assert f"scikit-learn=={version('scikit-learn')}" in pip_requirements()
