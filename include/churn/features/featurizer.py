"""From the bronze table to features and labels, in plain Spark."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from churn.errors import TableError
from churn.raw.schema import LABEL

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from churn.config.settings import FeatureSettings

NUMERIC_TYPES = {"int", "bigint", "double"}


def compute_features(bronze: "DataFrame", settings: "FeatureSettings") -> "DataFrame":
    """One row a customer: the primary key, then the features.

    Numbers become doubles: missing values need no other type then, and a model signature none of its own.

    Raises:
        TableError: a column that is to be encoded does not exist or holds numbers, or two of its values differ in
            punctuation or capitals only.
    """
    features = _numbers_as_doubles(bronze.drop(LABEL), settings.primary_key)
    if settings.drop_missing:
        features = features.dropna()
    return _one_hot(features, settings.cat_cols) if settings.ohe else features


def compute_labels(bronze: "DataFrame", settings: "FeatureSettings") -> "DataFrame":
    """One row a customer: the primary key and the label, 1 for a customer who left."""
    return bronze.select(settings.primary_key, (F.col(LABEL) == "Yes").cast("int").alias(settings.label))


def _numbers_as_doubles(df: "DataFrame", key: str) -> "DataFrame":
    numbers = [name for name, sql_type in df.dtypes if sql_type in NUMERIC_TYPES and name != key]
    return df.withColumns({name: F.col(name).cast("double") for name in numbers})


def _one_hot(df: "DataFrame", columns: Iterable[str]) -> "DataFrame":
    """Each of the columns gives way to one column of 0.0 and 1.0 for each of its values, in order."""
    for column in columns:
        _require_text(df, column)
        values = sorted(row[0] for row in df.select(column).distinct().collect() if row[0] is not None)
        _require_columns_of_their_own(column, values)
        encoded = {_column_name(column, value): (F.col(column) == value).cast("double") for value in values}
        df = df.withColumns(encoded).fillna(0.0, list(encoded)).drop(column)
    return df


def _require_text(df: "DataFrame", column: str) -> None:
    texts = [name for name, sql_type in df.dtypes if sql_type == "string"]
    if column not in texts:
        raise TableError(
            f"features.cat_cols names '{column}', which is not a text column: choose from {', '.join(texts)}"
        )


def _require_columns_of_their_own(column: str, values: Iterable[str]) -> None:
    """Spark takes names that differ in capitals only for one."""
    owners: dict[str, str] = {}
    for value in values:
        owner = owners.setdefault(_column_name(column, value).lower(), value)
        if owner != value:
            raise TableError(
                f"features.cat_cols names '{column}', whose values '{owner}' and '{value}' would share the column "
                f"{_column_name(column, value)}: write them alike in the raw rows"
            )


def _column_name(column: str, value: str) -> str:
    """`Contract` and `Month-to-month` give `Contract_Month_to_month`: a name that Delta takes without quotes."""
    return f"{column}_{re.sub('[^A-Za-z0-9]+', '_', value).strip('_')}"
