"""A corner of some workspace that belongs to one run of the tests, and what is done there over public interfaces."""

import io
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import mlflow
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import VolumeType
from databricks.sdk.service.compute import Environment
from databricks.sdk.service.jobs import JobEnvironment, SparkPythonTask, SubmitTask

from churn import cli
from churn.config import Settings, load_settings, parse_overrides
from churn.job_names import JobName

QUERY = Path(__file__).parent / "scripts" / "query.py"
CUSTOMERS = 600
RUN_TIME = timedelta(minutes=20)  # a cold cluster takes half of it


@dataclass(frozen=True)
class Site:
    """Names that nobody else has, in the workspace that `DATABRICKS_HOST` and `DATABRICKS_TOKEN` say."""

    environment: str
    schema: str
    client: WorkspaceClient

    @classmethod
    def of_its_own(cls, environment: str, client: WorkspaceClient) -> "Site":
        return cls(environment, f"churn_it_{secrets.token_hex(4)}", client)

    @property
    def overrides(self) -> list[str]:
        """Every name that the jobs write to, and a tiny configuration, as arguments."""
        tables = load_settings(self.environment).tables
        database = f"{tables.catalog}.{self.schema}"
        given = {
            "tables.schema_name": self.schema,
            "tracking.train_experiment": f"/Shared/{self.schema}_training",
            "tracking.deploy_experiment": f"/Shared/{self.schema}_deployment",
            "registry.model_name": self.schema,
            "registry.mode": "stages",
            "inference.input_table": f"{database}.{tables.bronze}",
            "wheel.directory": f"/Volumes/{tables.catalog}/{self.schema}/wheels",
            "ingest.generator_rows": CUSTOMERS,
            "train.model.n_estimators": 10,
            "gate.bootstrap.samples": 200,
        }
        return [f"--{name}={value}" for name, value in given.items()]

    @property
    def settings(self) -> Settings:
        return load_settings(self.environment, parse_overrides(self.overrides))

    @property
    def registry(self) -> mlflow.MlflowClient:
        return mlflow.MlflowClient(tracking_uri="databricks", registry_uri="databricks")

    def arguments(self, command: Sequence[str], *more: str) -> list[str]:
        return [*command, f"--env={self.environment}", *self.overrides, *more]

    def churn(self, *command: str, more: Sequence[str] = ()) -> tuple[int, str]:
        """What the command line returned and printed."""
        printed = io.StringIO()
        with redirect_stdout(printed):
            code = cli.main(self.arguments(command, *more))
        return code, printed.getvalue()

    def job(self, name: JobName, *more: str) -> str:
        """What a job printed that must have succeeded."""
        code, printed = self.churn("run", name, more=more)
        assert code == 0, printed
        return printed

    def query(self, sql: str) -> list[dict[str, Any]]:
        """What a statement gives, run in the workspace as a script that knows nothing of the wheel."""
        path = f"{self.settings.wheel.directory}/query.py"
        self.client.files.upload(path, io.BytesIO(QUERY.read_bytes()), overwrite=True)
        task = SubmitTask("query", spark_python_task=SparkPythonTask(path, parameters=[sql]), environment_key="plain")
        plain = JobEnvironment("plain", Environment(environment_version="3"))
        run = self.client.jobs.submit(run_name=f"{self.schema} query", tasks=[task], environments=[plain])
        ended = run.result(timeout=RUN_TIME)
        logs = self.client.jobs.get_run_output(ended.tasks[0].run_id).logs
        rows: list[dict[str, Any]] = json.loads(logs.strip().splitlines()[-1])
        return rows

    def count(self, table: str) -> int:
        (row,) = self.query(f"SELECT count(*) AS n FROM {self.settings.tables.full_name(table)}")  # noqa: S608 (our name)
        return int(row["n"])

    def prepare(self) -> None:
        """Make schema and volume."""
        catalog = self.settings.tables.catalog
        with suppress(NotFound):  # the local workspace has no such endpoint: it makes both with the first file
            self.client.schemas.create(self.schema, catalog)
            self.client.volumes.create(catalog, self.schema, "wheels", VolumeType.MANAGED)

    def clean_up(self) -> None:
        """Delete all that has one of the names."""
        self.job(JobName.DEMO_SETUP, f"--confirm-delete-model={self.settings.registry.model_name}")
        self.query(f"DROP SCHEMA IF EXISTS {self.settings.tables.database} CASCADE")
        with suppress(NotFound):  # gone with the schema, on Databricks
            for entry in self.client.files.list_directory_contents(self.settings.wheel.directory):
                self.client.files.delete(entry.path)
            self.client.files.delete_directory(self.settings.wheel.directory)


def reachable(url: str, token: str) -> Any:
    """The environment in which every client finds the workspace."""
    return patch.dict(os.environ, {"DATABRICKS_HOST": url, "DATABRICKS_TOKEN": token})
