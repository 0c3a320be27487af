"""Score customers with the Production model and write a prediction for each."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from churn import scored
from churn.errors import TableError
from churn.feature_store import open_feature_store
from churn.predictions import PROBABILITIES, Scoring, append_run, as_predictions
from churn.progress import say
from churn.registry import open_registry
from churn.tables import create_database, replace_table, require_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from churn.config.settings import Settings

KEYS_IN_MESSAGE = 5


def run(settings: "Settings", spark: "SparkSession") -> None:
    """Write the predictions table; the version that scored says so in its tags.

    Raises:
        TableError: the input or the feature table is missing, the input lacks the key, or customers lack features.
        RegistryError: no version is in Production.
    """
    tables, key = settings.tables, settings.features.primary_key
    registry = open_registry(settings.registry)
    version = registry.production()
    say(f"Production is {version.name} version {version.version}")
    customers = _customers(settings, spark)
    scoring = _scoring(settings, str(version.version))
    store = open_feature_store(settings.features, spark)
    predicted = store.client.score_batch(registry.uri(version), customers, result_type=PROBABILITIES)
    predictions = as_predictions(predicted, key, scoring)

    create_database(spark, tables.database)
    table = tables.full_name(tables.predictions)
    if settings.inference.mode == "append":
        append_run(spark, predictions, key, scoring.run_id, table)
    else:
        replace_table(predictions, table)
    written = spark.table(table).where(F.col("run_id") == scoring.run_id).count()
    said = {scored.AT: scoring.scored_at.isoformat(), scored.ROWS: str(written), scored.TABLE: table}
    registry.tag(version, {**said, scored.RUN_ID: scoring.run_id})
    say(f"Wrote {written:,} predictions of run {scoring.run_id} to {table} ({settings.inference.mode})")


def _customers(settings: "Settings", spark: "SparkSession") -> "DataFrame":
    """The distinct keys of the input table, each of which has features."""
    key, tables = settings.features.primary_key, settings.tables
    name = settings.inference.input_table
    rows = require_table(spark, name, "run the job ingest first or correct inference.input_table")
    features = require_table(spark, tables.full_name(tables.features), "run the job feature-table-creation first")
    if key not in rows.columns:
        raise TableError(
            f"{name} has no column {key}, by which features are looked up: it has {', '.join(rows.columns)}"
        )
    if nameless := rows.where(F.col(key).isNull()).count():
        raise TableError(f"{nameless:,} rows of {name} have no {key}: give each customer's row its key")
    customers = rows.select(key).distinct()
    _require_features(name, customers, features.select(key), key)
    say(f"Read {customers.count():,} customers from {rows.count():,} rows of {name}")
    return customers


def _require_features(name: str, customers: "DataFrame", features: "DataFrame", key: str) -> None:
    without = customers.join(features, on=key, how="left_anti")
    count = without.count()
    if not count:
        return
    first = ", ".join(str(row[0]) for row in without.sort(key).limit(KEYS_IN_MESSAGE).collect())
    raise TableError(
        f"{count:,} customers of {name} have no features, so they cannot be scored, among them {first}. "
        "Run the job feature-table-creation on their rows, or take them out of the input. No prediction was written"
    )


def _scoring(settings: "Settings", version: str) -> Scoring:
    now = datetime.now(UTC)
    return Scoring(
        model_name=settings.registry.model_name,
        model_version=version,
        run_id=settings.run.dag_run_id or f"manual__{now.isoformat()}",
        scored_at=now,
        threshold=settings.inference.threshold,
    )
