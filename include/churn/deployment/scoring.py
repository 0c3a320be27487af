"""What one version makes of the reference rows, or why it makes nothing of them."""

import time
from typing import TYPE_CHECKING

import pandas as pd
from mlflow.exceptions import MlflowException
from pyspark.errors import PySparkException
from pyspark.sql import functions as F

from churn.errors import ChurnError, in_one_line
from churn.feature_store.delta import PREDICTION, DeltaFeatureStore
from churn.gate.evidence import Problem, ProblemCode, Role
from churn.gate.observed import ScoredVersion
from churn.predictions import NUMBERS, PROBABILITIES
from churn.progress import say

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from pyspark.sql import DataFrame


def score(
    store: DeltaFeatureStore, uri: str, inputs: "DataFrame", role: Role, version: "ModelVersion"
) -> ScoredVersion | Problem:
    """Score keys and features with a version.

    Args:
        store: the feature store's client.
        uri: of the version.
        inputs: the key in the first column, and features.
        role: what the version is in the comparison.
        version: as the registry knows it.
    """
    who = f"Version {version.version} ({role.value})"
    key, start = inputs.columns[0], time.monotonic()
    try:
        scored = _score(store, uri, inputs, key).sort_values(key)
    except (MlflowException, PySparkException, ChurnError) as error:
        sentence = f"{who} could not be loaded and scored: {in_one_line(error)}"
        return Problem(code=ProblemCode.MODEL_NOT_LOADABLE, role=role, sentence=sentence)
    seconds = time.monotonic() - start
    if (scored["numbers"] != NUMBERS).any():
        sentence = f"{who} gives labels, not probabilities: log it with predict_proba."
        return Problem(code=ProblemCode.NO_PROBABILITIES, role=role, sentence=sentence)
    say(f"{who} scored {len(scored):,} rows in {seconds:.2f} s")
    return ScoredVersion(
        version=str(version.version),
        keys=scored[key].to_numpy(),
        scores=scored["probability"].to_numpy(),
        seconds=seconds,
    )


def _score(store: DeltaFeatureStore, uri: str, inputs: "DataFrame", key: str) -> pd.DataFrame:
    """Key, how many numbers the model gave, and the second of them."""
    scored = store.score_batch(uri, inputs, result_type=PROBABILITIES)
    numbers, probability = F.size(PREDICTION).alias("numbers"), F.get(PREDICTION, F.lit(1)).alias("probability")
    return scored.select(key, numbers, probability).toPandas()
