"""A feature store over plain Delta tables, with the methods of `databricks.feature_store.FeatureStoreClient`.

Same names, arguments and meaning; what Delta tables alone cannot serve (streams, points in time) is refused by name.
"""

from types import ModuleType
from typing import TYPE_CHECKING, Any

import mlflow

from churn.errors import FeatureStoreError
from churn.feature_store import catalog
from churn.feature_store.catalog import FeatureTable
from churn.feature_store.lookup import METADATA_KEY, FeatureLookup, FeatureSpec, as_list, refuse
from churn.feature_store.merging import merge, require_same_columns, require_unique_keys
from churn.feature_store.prediction import predicted
from churn.feature_store.training_set import TrainingSet, look_up, require_columns, resolve
from churn.tables import drop_table, replace_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

PREDICTION = "prediction"
OVERWRITE = "overwrite"
MERGE = "merge"
DEFAULT_TRIGGER = {"processingTime": "5 seconds"}
WAIT_AS_MLFLOW_DOES = object()


class DeltaFeatureStore:
    """Feature tables, training sets, and models that know where their features are."""

    def __init__(self, spark: "SparkSession") -> None:
        self._spark = spark

    def create_table(
        self,
        name: str,
        primary_keys: str | list[str],
        df: "DataFrame | None" = None,
        *,
        timestamp_keys: str | list[str] | None = None,
        partition_columns: str | list[str] | None = None,
        schema: "StructType | None" = None,
        description: str | None = None,
        tags: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> FeatureTable:
        """Create a feature table, with rows if `df` has any.

        Args:
            name: of the table.
            primary_keys: columns that are unique together.
            df: rows and, with them, the schema.
            timestamp_keys: not served.
            partition_columns: not served.
            schema: in place of `df`: an empty table.
            description: for people.
            tags: for people.
            **kwargs: none is served.

        Raises:
            FeatureStoreError: the table exists, keys are missing or not unique, or neither `df` nor `schema` is given.
        """
        refuse("create_table", timestamp_keys=timestamp_keys, partition_columns=partition_columns, **kwargs)
        if self._spark.catalog.tableExists(name):
            raise FeatureStoreError(f"The table {name} already exists: write to it, or drop it first")
        if df is None:
            df = self._empty(name, schema)
        table = FeatureTable(name, tuple(as_list(primary_keys)), description or "", tags or {})
        require_unique_keys(df, table)
        catalog.save(self._spark, table)
        replace_table(df, name)
        return table

    def write_table(
        self,
        name: str,
        df: "DataFrame",
        mode: str = MERGE,
        checkpoint_location: str | None = None,
        trigger: dict[str, Any] = DEFAULT_TRIGGER,
    ) -> None:
        """Write rows to a feature table, in one commit.

        Args:
            name: of the table.
            df: rows, with the table's primary keys.
            mode: `overwrite` replaces all rows, the columns stay; `merge` replaces the rows whose keys `df` has and
                adds the others, and columns that are new become features.
            checkpoint_location: for streams: not served.
            trigger: for streams: not served.

        Raises:
            FeatureStoreError: there is no such table, the keys are not unique, or the columns do not fit.
        """
        refuse("write_table", checkpoint_location=checkpoint_location)
        if df.isStreaming or trigger != DEFAULT_TRIGGER:
            raise FeatureStoreError(f"write_table got a stream for {name}: write a table of rows")
        table = self.get_table(name)
        require_unique_keys(df, table)
        if mode == OVERWRITE:
            replace_table(require_same_columns(df, self._spark.table(name), name), name)
        elif mode == MERGE:
            replace_table(merge(self._spark.table(name), df, table.primary_keys), name)
        else:
            raise FeatureStoreError(f"write_table got mode '{mode}' for {name}: use '{OVERWRITE}' or '{MERGE}'")

    def get_table(self, name: str) -> FeatureTable:
        """What is known of a feature table.

        Raises:
            FeatureStoreError: there is no such feature table.
        """
        table = catalog.find(self._spark, name)
        if not self._spark.catalog.tableExists(name):
            raise FeatureStoreError(f"There is no feature table {name}: run the job feature-table-creation")
        if table is None:
            raise FeatureStoreError(f"The table {name} is no feature table: drop it, then run feature-table-creation")
        return table

    def read_table(self, name: str, **kwargs: Any) -> "DataFrame":
        """All rows of a feature table.

        Raises:
            FeatureStoreError: there is no such feature table.
        """
        refuse("read_table", **kwargs)
        return self._spark.table(self.get_table(name).name)

    def drop_table(self, name: str) -> None:
        """Drop a feature table and what is known of it.

        Raises:
            FeatureStoreError: there is no such feature table.
        """
        self.get_table(name)
        drop_table(self._spark, name)
        catalog.forget(self._spark, name)

    def create_training_set(
        self,
        df: "DataFrame",
        feature_lookups: list[FeatureLookup],
        label: str | list[str] | None,
        exclude_columns: list[str] | None = None,
        **kwargs: Any,
    ) -> TrainingSet:
        """What `load_df` gives: the rows of `df` with their features, without `exclude_columns`.

        Raises:
            FeatureStoreError: a label, a key, a table or a feature is missing.
        """
        refuse("create_training_set", **kwargs)
        require_columns(df, as_list(label), "the label")
        known = [self.get_table(lookup.table_name) for lookup in feature_lookups]
        lookups = tuple(resolve(self._spark, df, *pair) for pair in zip(feature_lookups, known, strict=True))
        return TrainingSet(df, FeatureSpec(lookups, tuple(exclude_columns or ())), self._spark)

    def log_model(
        self,
        model: Any,
        artifact_path: str,
        *,
        flavor: ModuleType,
        training_set: TrainingSet | None = None,
        registered_model_name: str | None = None,
        await_registration_for: Any = WAIT_AS_MLFLOW_DOES,
        infer_input_example: bool = False,
        extra_pip_requirements: list[str] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Log a model to the active MLflow run, with the lookups of its training set.

        Args:
            model: what `flavor` can log.
            artifact_path: the model's name within the run.
            flavor: an MLflow module such as `mlflow.sklearn`.
            training_set: what the model was trained on; `score_batch` looks up the same features.
            registered_model_name: register a version under this name.
            await_registration_for: seconds to wait for the version to be ready.
            infer_input_example: take the first row of the training set as input example.
            extra_pip_requirements: beside those that MLflow finds.
            **kwargs: for `flavor.log_model`.

        Returns:
            MLflow's description of the logged model.

        Raises:
            FeatureStoreError: there is no training set.
        """
        if training_set is None:
            raise FeatureStoreError("log_model got no training_set: give the one that the model was trained on")
        if infer_input_example:
            kwargs.setdefault("input_example", training_set.load_df().limit(1).toPandas())
        if await_registration_for is not WAIT_AS_MLFLOW_DOES:
            kwargs["await_registration_for"] = await_registration_for
        return flavor.log_model(
            model,
            name=artifact_path,
            registered_model_name=registered_model_name,
            extra_pip_requirements=extra_pip_requirements,
            metadata={METADATA_KEY: training_set.feature_spec.as_dict()},
            **kwargs,
        )

    def score_batch(self, model_uri: str, df: "DataFrame", result_type: str = "double") -> "DataFrame":
        """Rows with their features and a column `prediction`, what the model gives for each.

        Args:
            model_uri: of a model that `log_model` logged, such as `models:/churn/2`.
            df: rows with the keys of the model's lookups; features that it already has are not looked up.
            result_type: `double` for the first number that the model gives for a row, `array<double>` for all.

        Raises:
            FeatureStoreError: the model was not logged with a training set, or `df` lacks keys.
        """
        if PREDICTION in df.columns:
            raise FeatureStoreError(f"score_batch got rows with a column '{PREDICTION}', which it writes: rename it")
        info = mlflow.models.get_model_info(model_uri)
        if METADATA_KEY not in (info.metadata or {}):
            raise FeatureStoreError(f"The model {model_uri} knows no feature tables: log it with a training set")
        rows = look_up(self._spark, df, FeatureSpec.from_dict(info.metadata[METADATA_KEY]))
        return rows.withColumn(PREDICTION, predicted(model_uri, result_type))

    def _empty(self, name: str, schema: "StructType | None") -> "DataFrame":
        if schema is None:
            raise FeatureStoreError(f"create_table got neither df nor schema for {name}: give one of them")
        return self._spark.createDataFrame([], schema)
