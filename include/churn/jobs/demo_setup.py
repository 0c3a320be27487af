"""Delete what a lifecycle made, so that the next one starts from nothing: model, experiments, features and labels."""

from typing import TYPE_CHECKING

from churn.errors import DeletionRefusedError, RowsError, SourceError
from churn.feature_store import open_feature_store
from churn.progress import say
from churn.raw.source import GENERATOR, read_valid
from churn.registry import Registry, open_registry
from churn.stages import Stage
from churn.tables import drop_table
from churn.tracking import delete_experiment

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from churn.config.settings import Settings


def run(settings: "Settings", spark: "SparkSession", confirm_delete_model: str = "") -> None:
    """Delete each thing that exists.

    Args:
        settings: name them.
        spark: where the tables are.
        confirm_delete_model: the model's name; needed when it has a version in Production. Empty, as a form's field
            that nobody filled in, confirms nothing.

    Raises:
        DeletionRefusedError: a version is in Production and the model is not named, or the next lifecycle could not
            ingest its customers. Nothing is deleted then.
    """
    registry = open_registry(settings.registry)
    _require_confirmation(registry, confirm_delete_model)
    _require_customers(settings)
    _report(f"the model {registry.model_name}", registry.delete_model())
    for experiment in (settings.tracking.train_experiment, settings.tracking.deploy_experiment):
        _report(f"the experiment {experiment}", delete_experiment(registry.client, experiment))
    _drop_tables(settings, spark)


def _require_confirmation(registry: Registry, confirmed: str) -> None:
    if confirmed and confirmed != registry.model_name:
        raise DeletionRefusedError(
            f"--confirm-delete-model names '{confirmed}', but the model is {registry.model_name}: nothing was deleted"
        )
    versions = ", ".join(str(version.version) for version in registry.in_stage(Stage.PRODUCTION))
    if versions and not confirmed:
        raise DeletionRefusedError(
            f"The model {registry.model_name} has version {versions} in Production: to delete it all the same, give "
            f"--confirm-delete-model={registry.model_name}. Nothing was deleted"
        )


def _require_customers(settings: "Settings") -> None:
    """What is deleted can only be made anew from a source that ingest will accept."""
    try:
        read_valid(settings.ingest)
    except (SourceError, RowsError) as error:
        raise DeletionRefusedError(
            f"{error}. Nothing was deleted, as nothing could be made anew; to delete all the same, give "
            f"--ingest.source={GENERATOR}"
        ) from error


def _drop_tables(settings: "Settings", spark: "SparkSession") -> None:
    tables = settings.tables
    features = tables.full_name(tables.features)
    exists = spark.catalog.tableExists(features)
    if exists:
        open_feature_store(settings.features, spark).client.drop_table(features)
    _report(f"the feature table {features}", exists)
    for table in (tables.labels, tables.reference):
        name = tables.full_name(table)
        _report(f"the table {name}", drop_table(spark, name))


def _report(what: str, existed: bool) -> None:
    say(f"Deleted {what}" if existed else f"There was nothing to delete of {what}")
