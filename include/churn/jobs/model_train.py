"""Train the model on features looked up in the feature store, log all about it to MLflow, and register a version."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow
import mlflow.sklearn

from churn.errors import TableError
from churn.feature_store import open_feature_store
from churn.progress import say
from churn.registry import open_registry
from churn.tables import current_version, require_table, table_at
from churn.tracking import log_numbers, open_experiment, run_tags
from churn.training.evaluation import evaluate_model, split
from churn.training.pipeline import build_pipeline
from churn.training.record import how_to_store, parameters, write_files

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from churn.config.settings import Settings

MODEL = "model"
CREATE_FEATURES_FIRST = "run the job feature-table-creation first"


def run(settings: "Settings", spark: "SparkSession") -> None:
    """Register a new version of the model.

    Raises:
        TableError: labels or features are missing, or labels are among the reference.
        RowsError: there are too few rows to divide.
    """
    tables, key, label = settings.tables, settings.features.primary_key, settings.features.label
    store = open_feature_store(settings.features, spark)
    labels, versions = _pinned_labels(settings, spark)
    lookup = store.lookup(table_name=tables.full_name(tables.features), lookup_key=[key])
    training_set = store.client.create_training_set(labels, [lookup], label=label, exclude_columns=[key])
    parts = split(training_set.load_df().toPandas(), label, settings.train)
    say(f"Read {len(parts.train_labels):,} customers to fit on and {len(parts.test_labels):,} to test on")

    model = build_pipeline(settings.train.model).fit(parts.train_features, parts.train_labels)
    metrics, scored = evaluate_model(model, parts, settings.inference.threshold)
    say(f"Fitted: ROC AUC {metrics['test_roc_auc']:.4f} on test rows, {metrics['train_roc_auc']:.4f} on training rows")

    registry = open_registry(settings.registry)
    experiment = open_experiment(registry.client, settings.tracking.train_experiment)
    tags = run_tags(settings.run)
    with mlflow.start_run(experiment_id=experiment, run_name=settings.train.run_name, tags=tags) as active:
        run_id = active.info.run_id
        log_numbers(registry.client, run_id, parameters=parameters(settings) | versions, metrics=metrics)
        with tempfile.TemporaryDirectory() as directory:
            write_files(settings, model, scored, metrics, Path(directory))
            mlflow.log_artifacts(directory)
        store.client.log_model(
            model,
            MODEL,
            flavor=mlflow.sklearn,
            training_set=training_set,
            registered_model_name=settings.registry.model_name,
            **how_to_store(model, parts.train_features),
        )
    version = registry.version_of_run(run_id)
    registry.tag(version, tags)
    say(f"Registered {version.name} version {version.version} from MLflow run {run_id}")


def _pinned_labels(settings: "Settings", spark: "SparkSession") -> tuple["DataFrame", dict[str, int]]:
    """Labels at their newest version, and the versions of labels and features, to be logged."""
    tables, key = settings.tables, settings.features.primary_key
    labels, features, reference = (
        tables.full_name(table) for table in (tables.labels, tables.features, tables.reference)
    )
    for name in (labels, features, reference):
        require_table(spark, name, CREATE_FEATURES_FIRST)
    versions = {"labels_version": current_version(spark, labels), "features_version": current_version(spark, features)}
    pinned = table_at(spark, labels, versions["labels_version"])
    if pinned.join(spark.table(reference), on=key, how="left_semi").limit(1).count():
        raise TableError(
            f"{labels} and {reference} share customers, so the gate would judge by rows that were trained on: "
            "run the job feature-table-creation again"
        )
    return pinned, versions
