"""What one version makes of the reference rows, or why it makes nothing of them."""

import time
from typing import TYPE_CHECKING

from mlflow.exceptions import MlflowException
from pyspark.errors import PySparkException
from pyspark.sql import functions as F

from churn.errors import ChurnError
from churn.feature_store.delta import PREDICTION, DeltaFeatureStore
from churn.gate.evidence import Problem, ProblemCode, Role
from churn.gate.observed import ScoredVersion
from churn.predictions import NUMBERS, PROBABILITIES
from churn.progress import say

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from pyspark.sql import DataFrame

CHARACTERS_OF_AN_ERROR = 300


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
    key, start = inputs.columns[0], time.monotonic()
    numbers = F.size(PREDICTION).alias("numbers")
    probability = F.get(PREDICTION, F.lit(1)).alias("probability")
    try:
        scored = store.score_batch(uri, inputs, result_type=PROBABILITIES).select(key, numbers, probability).toPandas()
    except (MlflowException, PySparkException, ChurnError) as error:
        return _problem(ProblemCode.MODEL_NOT_LOADABLE, role, version, f"could not be loaded and scored: {_short(error)}")
    seconds = time.monotonic() - start
    if (scored["numbers"] != NUMBERS).any():
        return _problem(ProblemCode.NO_PROBABILITIES, role, version, "gives labels, not probabilities: log it with them.")
    scored = scored.sort_values(key)
    say(f"Scored {len(scored):,} rows with version {version.version} ({role.value}) in {seconds:.2f} s")
    return ScoredVersion(
        version=str(version.version),
        run_id=version.run_id or None,
        keys=scored[key].to_numpy(),
        scores=scored["probability"].to_numpy(),
        seconds=seconds,
    )


def _problem(code: ProblemCode, role: Role, version: "ModelVersion", what: str) -> Problem:
    return Problem(code=code, role=role, sentence=f"Version {version.version} ({role.value}) {what}")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:CHARACTERS_OF_AN_ERROR]
