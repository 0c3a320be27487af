"""What a training run leaves beside its metrics."""

import inspect
from pathlib import Path

import mlflow.sklearn
import numpy as np
import pandas as pd
import pytest
from mlflow.models import Model
from sklearn.pipeline import Pipeline

from churn.config import load_settings
from churn.training.pipeline import build_pipeline
from churn.training.record import how_to_store, parameters


@pytest.fixture(scope="module")
def features(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(columns="churn")


@pytest.fixture(scope="module")
def model(rows: pd.DataFrame, features: pd.DataFrame) -> Pipeline:
    settings = load_settings("local", {"train.model.n_estimators": 5})
    return build_pipeline(settings.train.model).fit(features, rows["churn"])


def test_both_feature_stores_can_store_the_model(model: Pipeline, features: pd.DataFrame, tmp_path: Path) -> None:
    """Ours hands the arguments to `log_model`; Databricks' hands them to `save_model`, with a model of its own."""
    arguments = how_to_store(model, features)
    mlflow.sklearn.save_model(model, tmp_path / "model", mlflow_model=Model(), **arguments)

    assert set(arguments) <= set(inspect.signature(mlflow.sklearn.log_model).parameters)
    np.testing.assert_array_equal(
        mlflow.pyfunc.load_model(str(tmp_path / "model")).predict(features), model.predict_proba(features)
    )


def test_the_signature_names_every_feature_once(model: Pipeline, features: pd.DataFrame) -> None:
    signature = how_to_store(model, features)["signature"]

    assert signature.inputs.input_names() == list(features.columns)


def test_parameters_say_what_the_gate_needs_to_know() -> None:
    settings = load_settings("local", {"features.reference_salt": "other", "train.model.max_depth": None})

    logged = parameters(settings)

    assert (logged["reference_share"], logged["reference_salt"]) == (0.25, "other")
    assert logged["max_depth"] is None
