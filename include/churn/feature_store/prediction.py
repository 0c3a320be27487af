"""A model as a Spark column."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import mlflow
import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from churn.errors import FeatureStoreError

if TYPE_CHECKING:
    from pyspark.sql import Column

NUMBER = "double"
NUMBERS = "array<double>"


def predicted(model_uri: str, result_type: str) -> "Column":
    """What a model gives for each row, computed where the rows are.

    The model is loaded once, here, and travels with the function. `mlflow.pyfunc.spark_udf` has every worker load it
    into a directory named after its process, where workers that are threads of one process write over each other.

    Args:
        model_uri: of a model with a signature; its inputs are columns of the rows.
        result_type: `double` for the first number that the model gives for a row, `array<double>` for all.

    Raises:
        FeatureStoreError: the result type is another.
    """
    if result_type not in {NUMBER, NUMBERS}:
        raise FeatureStoreError(f"score_batch got result_type '{result_type}': use '{NUMBER}' or '{NUMBERS}'")
    model = mlflow.pyfunc.load_model(model_uri)

    def predict(batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
        for batch in batches:
            numbers = _numbers(model.predict(batch))
            yield pd.Series(list(numbers)) if result_type == NUMBERS else pd.Series(numbers[:, 0])

    inputs = model.metadata.signature.inputs.input_names()
    return F.pandas_udf(predict, result_type)(F.struct(*inputs))


def _numbers(predictions: Any) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Shape (rows, numbers for each)."""
    numbers = np.asarray(predictions, dtype=np.float64)
    return numbers[:, np.newaxis] if numbers.ndim == 1 else numbers
