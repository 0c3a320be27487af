"""Train the model on features looked up in the feature store, log all about it to MLflow, and register a version."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd
import yaml
from mlflow.entities import Metric, Param
from mlflow.models import infer_signature
from mlflow.utils.time import get_current_time_millis

from churn.errors import TableError
from churn.feature_store import open_feature_store
from churn.progress import say
from churn.registry import open_registry
from churn.tables import current_version, require_table, table_at
from churn.tracking import open_experiment, run_tags
from churn.training.evaluation import Split, evaluate, split
from churn.training.pipeline import TRUSTED_TYPES, build_pipeline, pip_requirements
from churn.training.plots import Scored, draw_all

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from sklearn.pipeline import Pipeline

    from churn.config.settings import Settings

MODEL = "model"
CREATE_FEATURES_FIRST = "run the job feature-table-creation first"
ROWS_IN_EXAMPLE = 5


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
    metrics, scored = _evaluate(model, parts, settings.inference.threshold)
    say(f"Fitted: ROC AUC {metrics['test_roc_auc']:.4f} on test rows, {metrics['train_roc_auc']:.4f} on training rows")

    registry = open_registry(settings.registry)
    experiment = open_experiment(registry.client, settings.tracking.train_experiment)
    tags = run_tags(settings.run)
    with mlflow.start_run(experiment_id=experiment, run_name=settings.train.run_name, tags=tags) as active:
        run_id = active.info.run_id
        _log_numbers(run_id, _parameters(settings) | versions, metrics)
        _log_files(settings, scored, _importances(model), metrics)
        store.client.log_model(
            model,
            MODEL,
            flavor=mlflow.sklearn,
            training_set=training_set,
            registered_model_name=settings.registry.model_name,
            **_how_to_store(model, parts.train_features.head(ROWS_IN_EXAMPLE)),
        )
    version = registry.version_of_run(run_id)
    registry.tag(version, tags)
    say(f"Registered {version.name} version {version.version} from MLflow run {run_id}")


def _pinned_labels(settings: "Settings", spark: "SparkSession") -> tuple["DataFrame", dict[str, int]]:
    """Labels at their newest version, and the versions of labels and features, to be logged."""
    tables = settings.tables
    for table in (tables.labels, tables.features, tables.reference):
        require_table(spark, tables.full_name(table), CREATE_FEATURES_FIRST)
    versions = {
        f"{table}_version": current_version(spark, tables.full_name(table))
        for table in (tables.labels, tables.features)
    }
    labels = table_at(spark, tables.full_name(tables.labels), versions[f"{tables.labels}_version"])
    reference = spark.table(tables.full_name(tables.reference))
    if labels.join(reference, on=settings.features.primary_key, how="left_semi").limit(1).count():
        raise TableError(
            f"{tables.full_name(tables.labels)} and {tables.full_name(tables.reference)} share customers, so the gate "
            "would judge by rows that were trained on: run the job feature-table-creation again"
        )
    return labels, versions


def _evaluate(model: "Pipeline", parts: Split, threshold: float) -> tuple[dict[str, float], Scored]:
    on_train = _probabilities(model, parts.train_features)
    on_test = _probabilities(model, parts.test_features)
    test = evaluate(parts.test_labels, on_test, threshold)
    train = evaluate(parts.train_labels, on_train, threshold)
    metrics = {f"test_{name}": value for name, value in test.items()} | {"train_roc_auc": train["roc_auc"]}
    return metrics, Scored(parts.test_labels, on_test, threshold)


def _probabilities(model: "Pipeline", features: pd.DataFrame) -> "np.ndarray[Any, np.dtype[np.float64]]":
    probabilities: np.ndarray[Any, np.dtype[np.float64]] = model.predict_proba(features)[:, 1]
    return probabilities


def _importances(model: "Pipeline") -> "pd.Series[float]":
    return pd.Series(model["forest"].feature_importances_, index=model["preparation"].get_feature_names_out())


def _parameters(settings: "Settings") -> dict[str, Any]:
    """What a person compares runs by; all of the configuration is an artifact."""
    return {
        **settings.train.model.model_dump(),
        "test_size": settings.train.test_size,
        "split_random_state": settings.train.random_state,
        "reference_share": settings.features.reference_share,
        "reference_salt": settings.features.reference_salt,
    }


def _log_numbers(run_id: str, parameters: dict[str, Any], metrics: dict[str, float]) -> None:
    """All in one request."""
    now = get_current_time_millis()
    mlflow.MlflowClient().log_batch(
        run_id,
        metrics=[Metric(name, value, now, 0) for name, value in metrics.items()],
        params=[Param(name, str(value)) for name, value in parameters.items()],
    )


def _log_files(
    settings: "Settings", scored: Scored, importances: "pd.Series[float]", metrics: dict[str, float]
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        plots = Path(directory, "plots")
        plots.mkdir()
        draw_all(scored, importances, metrics, plots)
        Path(directory, "config.yml").write_text(yaml.safe_dump(settings.as_dict(), sort_keys=False), encoding="utf-8")
        mlflow.log_artifacts(directory)


def _how_to_store(model: "Pipeline", example: pd.DataFrame) -> dict[str, Any]:
    return {
        "signature": infer_signature(example, model.predict_proba(example)),
        "input_example": example,
        "pyfunc_predict_fn": "predict_proba",  # the gate and the predictions want probabilities, never labels
        "skops_trusted_types": list(TRUSTED_TYPES),
        "pip_requirements": pip_requirements(),
    }
