"""What can be configured, with types and limits. Secrets are never in it: connections and the environment hold them."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from churn.config.compute import ComputeSettings, InstancePool, NewCluster, Serverless
from churn.gate.policy import Policy
from churn.section import Name, Section

Share = Annotated[float, Field(ge=0, le=1)]
OpenShare = Annotated[float, Field(gt=0, lt=1)]
Schedule = Annotated[str, Field(pattern=r"^(@(hourly|daily|weekly|monthly|yearly)|\S+( \S+){4})$")]  # cron, or such
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]


class RegistryMode(StrEnum):
    """How the registry marks what is in Staging and in Production."""

    STAGES = "stages"  # the workspace registry: None, Staging, Production, Archived
    ALIASES = "aliases"  # Unity Catalog: challenger, champion


class RegistrySettings(Section):
    mode: RegistryMode
    model_name: Name  # with Unity Catalog: catalog.schema.model


class TrackingSettings(Section):
    train_experiment: Name
    deploy_experiment: Name

    @model_validator(mode="after")
    def _differ(self) -> "TrackingSettings":
        if self.train_experiment == self.deploy_experiment:
            raise ValueError(
                f"train_experiment and deploy_experiment are both '{self.train_experiment}': name two experiments"
            )
        return self


class TableSettings(Section):
    """Names of tables. `full_name` puts catalog and schema in front."""

    catalog: Identifier | None  # None: two-level names, as in the Hive metastore
    schema_name: Identifier
    bronze: Identifier
    rejects: Identifier
    features: Identifier
    labels: Identifier
    reference: Identifier
    predictions: Identifier

    @property
    def database(self) -> str:
        """Catalog and schema, as SQL writes them: `main.churn` or `churn`."""
        return self.schema_name if self.catalog is None else f"{self.catalog}.{self.schema_name}"

    def full_name(self, table: str) -> str:
        """The name of one of the tables above (`table` is the value, not the key) as SQL writes it."""
        return f"{self.database}.{table}"


class IngestSettings(Section):
    source: Name  # `generator`, a path, a `/Volumes/...` path or a URL of a CSV file
    generator_rows: Annotated[int, Field(ge=1)]
    generator_seed: int
    max_reject_share: Share  # above it the job fails and the old tables stay


class FeatureSettings(Section):
    store: Literal["databricks", "delta"]  # Databricks' own client, or the same over plain Delta tables
    primary_key: Identifier
    label: Identifier
    description: str
    ohe: bool
    cat_cols: tuple[Identifier, ...]  # columns that `ohe` encodes
    drop_missing: bool
    reference_share: OpenShare  # of customers, held out of training for the gate
    reference_salt: Name  # another salt picks other customers

    @model_validator(mode="after")
    def _columns_to_encode(self) -> "FeatureSettings":
        if self.ohe and not self.cat_cols:
            raise ValueError("ohe is true but cat_cols is empty: list the columns to encode")
        if self.cat_cols and not self.ohe:
            raise ValueError("cat_cols lists columns but ohe is false: set ohe to true or empty cat_cols")
        return self


class ModelParameters(Section):
    """Parameters of scikit-learn's RandomForestClassifier."""

    n_estimators: Annotated[int, Field(ge=1, le=10_000)]
    max_depth: Annotated[int, Field(ge=1, le=1_000)] | None
    min_samples_leaf: Annotated[int, Field(ge=1)]
    max_features: Literal["sqrt", "log2"] | OpenShare | None
    random_state: int


class TrainSettings(Section):
    run_name: Name
    test_size: OpenShare
    random_state: int
    model: ModelParameters


class InferenceSettings(Section):
    input_table: Name  # full name of a table with the primary key; other columns are ignored
    threshold: OpenShare  # at or above it a customer is labelled as churning
    mode: Literal["overwrite", "append"]


class ApprovalMode(StrEnum):
    """Whether a person approves a step, or a parameter does."""

    ASK = "ask"
    AUTO = "auto"


class InitialRun(StrEnum):
    """How `initial_train_register` submits its jobs."""

    PER_JOB = "per_job"  # a run for each: retried, timed and seen one by one
    TOGETHER = "together"  # one run with a task for each: the workspace goes from one to the next by itself


class AirflowSettings(Section):
    conn_id: Name
    polling_period_seconds: Annotated[int, Field(ge=1, le=600)]
    sensor_poke_seconds: Annotated[float, Field(gt=0, le=3_600)]
    sensor_timeout_seconds: Annotated[int, Field(ge=1)]
    deferrable_jobs: bool  # wait for runs in the triggerer; without, a worker waits and reconnects after a crash
    initial_run: InitialRun
    approval: ApprovalMode  # the default of the DAGs' `approval` parameter
    approval_timeout_seconds: Annotated[int, Field(ge=1)]
    retries: Annotated[int, Field(ge=0, le=10)]
    retry_delay_seconds: Annotated[int, Field(ge=0)]
    train_schedule: Schedule | None  # None: when somebody triggers it
    inference_schedule: Schedule | None
    inference_on_change: bool  # score all customers when another version comes to Production, too
    notify_conn_id: Name | None  # HTTP connection that failures are posted to; a secret path is its password


class WheelSettings(Section):
    directory: Annotated[str, Field(pattern=r"^(/Volumes/[^/]+/[^/]+/|/Workspace/)[^/]+")]  # where the wheel is

    @field_validator("directory")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")


class RunSettings(Section):
    """Which orchestrated run this is; tags on MLflow runs and model versions, so that a DAG finds what it made."""

    dag_run_id: str | None
    dag_id: str | None


class Settings(Section):
    """All of it, for one environment."""

    environment: Literal["local", "dev", "staging", "prod"]
    registry: RegistrySettings
    tracking: TrackingSettings
    tables: TableSettings
    ingest: IngestSettings
    features: FeatureSettings
    train: TrainSettings
    gate: Policy
    inference: InferenceSettings
    airflow: AirflowSettings
    compute: ComputeSettings
    wheel: WheelSettings
    run: RunSettings

    @model_validator(mode="after")
    def _unity_catalog_names(self) -> "Settings":
        name = self.registry.model_name
        if self.registry.mode is RegistryMode.ALIASES and self.environment != "local" and name.count(".") != 2:
            raise ValueError(
                f"registry.model_name is '{name}' and registry.mode is 'aliases': "
                "Unity Catalog needs catalog.schema.model"
            )
        return self

    @model_validator(mode="after")
    def _compute_that_reaches_the_tables(self) -> "Settings":
        compute, catalog = self.compute, self.tables.catalog
        if isinstance(compute, Serverless) and catalog is None:
            raise ValueError(
                "compute.kind is 'serverless' and tables.catalog is null: serverless compute reads Unity Catalog only, "
                "so name a catalog or choose a cluster"
            )
        if isinstance(compute, InstancePool | NewCluster) and compute.data_security_mode == "NONE" and catalog:
            raise ValueError(
                f"compute.data_security_mode is 'NONE' and tables.catalog is '{catalog}': such a cluster cannot read "
                "Unity Catalog, so choose SINGLE_USER or set the catalog to null"
            )
        return self

    @model_validator(mode="after")
    def _feature_store_that_runs(self) -> "Settings":
        if self.environment == "local" and self.features.store == "databricks":
            raise ValueError(
                "features.store is 'databricks' and environment is 'local': Databricks' client runs on Databricks "
                "only, so choose delta"
            )
        return self

    def as_dict(self) -> dict[str, Any]:
        """The settings as plain data, for logging beside a model."""
        return self.model_dump(mode="json")
