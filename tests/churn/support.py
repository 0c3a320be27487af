"""What several tests of the wheel arrange."""

from typing import Any

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.models import infer_signature

from churn.feature_store.delta import DeltaFeatureStore
from churn.feature_store.training_set import TrainingSet


def log_model(
    store: DeltaFeatureStore,
    model: Any,
    training_set: TrainingSet,
    inputs: pd.DataFrame,
    output: np.ndarray,
    **how: Any,
) -> str:
    """Log a fitted model with the features that it needs, in a run of its own; returns its URI."""
    with mlflow.start_run():
        info = store.log_model(
            model,
            "model",
            flavor=mlflow.sklearn,
            training_set=training_set,
            signature=infer_signature(inputs, output),
            pip_requirements=["scikit-learn"],
            **how,
        )
    return str(info.model_uri)
