"""Turn the bronze table into the feature table, the labels to train on, and the reference that the gate holds back."""

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from churn.errors import RowsError
from churn.feature_store import FeatureStore, open_feature_store
from churn.features.featurizer import compute_features, compute_labels
from churn.features.holdout import Holdout
from churn.progress import say
from churn.tables import replace_table, require_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from churn.config.settings import Settings

INGEST_FIRST = "run the job ingest first"


def run(settings: "Settings", spark: "SparkSession") -> None:
    """Replace the feature, the labels and the reference table.

    Raises:
        TableError: there is no bronze table, or a column to encode does not fit.
        RowsError: the labels or the reference would lack one of the labels.
    """
    tables, options = settings.tables, settings.features
    bronze = require_table(spark, tables.full_name(tables.bronze), INGEST_FIRST)
    features = compute_features(bronze, options)
    labels = compute_labels(bronze, options).join(features.select(options.primary_key), on=options.primary_key)
    held = Holdout(options.reference_share, options.reference_salt).column(F.col(options.primary_key))
    parts = {tables.full_name(tables.labels): ~held, tables.full_name(tables.reference): held}
    _require_both_labels(labels.withColumn("held", held), options.label)

    _write_features(open_feature_store(options, spark), spark, features, settings)
    for table, condition in parts.items():
        replace_table(labels.where(condition), table)
        say(f"Wrote {spark.table(table).count():,} labels to {table}")


def _require_both_labels(labels: "DataFrame", label: str) -> None:
    counts = {(row.held, row[label]): row["count"] for row in labels.groupBy("held", label).count().collect()}
    for held, what in ((False, "train on"), (True, "hold out")):
        if not all(counts.get((held, value)) for value in (0, 1)):
            raise RowsError(
                f"Of the customers to {what}, {counts.get((held, 0), 0)} stayed and {counts.get((held, 1), 0)} left: "
                "both have to occur; ingest more customers or change features.reference_share"
            )


def _write_features(store: FeatureStore, spark: "SparkSession", features: "DataFrame", settings: "Settings") -> None:
    """Overwrite the rows where the columns are the same; else the table is another one and made anew."""
    name = settings.tables.full_name(settings.tables.features)
    if spark.catalog.tableExists(name) and spark.table(name).dtypes == features.dtypes:
        store.client.write_table(name, features, mode="overwrite")
    else:
        if spark.catalog.tableExists(name):
            store.client.drop_table(name)
        store.client.create_table(
            name, settings.features.primary_key, features, description=settings.features.description
        )
    say(f"Wrote {spark.table(name).count():,} customers with {len(features.columns) - 1} features to {name}")
