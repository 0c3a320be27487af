"""The whole comparison as the job makes it: two real forests, a real engine and a real tracking store."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

from benchmarks.measurement import Measurement
from churn.config import Settings, load_settings
from churn.jobs import feature_table_creation, ingest, model_deployment, model_train
from churn.stages import Stage

ROWS = (7_043, 1_000_000)  # of the reference
TRAINED_ON = 10_000  # customers, so that the preparation does not take longer than the comparison
CATALOG, SCHEMA = "main", "benchmark"
MEBIBYTE = 1024  # of the kibibytes that Linux counts in


def measure_comparison() -> list[Measurement]:
    """Seconds and memory by the number of reference rows, under the default policy with its 2,000 samples.

    The memory is that of one process, which holds the job, the engine with the models in it, and the tracking client.
    """
    return [measurement for rows in ROWS for measurement in _measure(rows)]


def _measure(rows: int) -> list[Measurement]:
    with tempfile.TemporaryDirectory(prefix="churn-benchmarks-") as place:
        _in_a_process_of_its_own("prepare", place, rows)
        found = json.loads(_in_a_process_of_its_own("compare", place, rows).splitlines()[-1])
    what = f"{found['rows']:,.0f} reference rows"
    return [
        Measurement(f"model-deployment on {what}", found["seconds"], "s"),
        Measurement(f"- processor time on {what}", found["processor_seconds"], "s"),
        Measurement(f"- scoring both versions on {what}", found["scoring"], "s"),
        Measurement(f"- peak memory with the engine on {what}", found["megabytes"], "MB"),
    ]


def _in_a_process_of_its_own(step: str, place: str, rows: int) -> str:
    command = [sys.executable, "-m", __name__, step, place, str(rows)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _settings(rows: int, **overrides: Any) -> Settings:
    customers = rows + TRAINED_ON
    return load_settings(
        "local",
        {
            "tables.schema_name": SCHEMA,
            "inference.input_table": f"{CATALOG}.{SCHEMA}.bronze_customers",
            "ingest.generator_rows": customers,
            "features.reference_share": rows / customers,
            **overrides,
        },
    )


@contextmanager
def _engine(place: Path) -> Iterator[SparkSession]:
    """A session that knows the tables which lie at a place."""
    warehouse = place / "warehouse"
    warehouse.mkdir(exist_ok=True)
    os.environ["SAIL_CATALOG__LIST"] = f'[{{type="memory", name="{CATALOG}", initial_database=["default"]}}]'
    os.environ["SAIL_CATALOG__DEFAULT_CATALOG"] = CATALOG
    os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = str(place / "artifacts")
    mlflow.set_tracking_uri(f"sqlite:///{place / 'mlflow.db'}")
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    session = SparkSession.builder.remote("sc://{}:{}".format(*server.listening_address)).getOrCreate()
    session.sql(f"CREATE SCHEMA {CATALOG}.{SCHEMA} LOCATION '{warehouse}'")
    for table in warehouse.iterdir():
        session.sql(f"CREATE TABLE {CATALOG}.{SCHEMA}.{table.name} USING DELTA LOCATION '{table}'")
    yield session
    session.stop()
    server.stop()


def _prepare(spark: SparkSession, rows: int) -> None:
    """Depth 4 in Production, depth 8 in Staging."""
    settings = _settings(rows)
    ingest.run(settings, spark)
    feature_table_creation.run(settings, spark)
    for version, (depth, stage) in enumerate(((4, Stage.PRODUCTION), (8, Stage.STAGING)), start=1):
        model_train.run(_settings(rows, **{"train.model.max_depth": depth}), spark)
        client = mlflow.MlflowClient()
        client.transition_model_version_stage(settings.registry.model_name, str(version), stage)


def _compare(spark: SparkSession, rows: int) -> None:
    settings = _settings(rows)
    began, worked = time.perf_counter(), time.process_time()
    model_deployment.run(settings, spark)
    seconds, processor_seconds = time.perf_counter() - began, time.process_time() - worked
    (run,) = mlflow.search_runs(experiment_names=[settings.tracking.deploy_experiment], output_format="list")
    metrics = run.data.metrics
    found = {
        "seconds": seconds,
        "processor_seconds": processor_seconds,
        "scoring": metrics["candidate_scoring_seconds"] + metrics["production_scoring_seconds"],
        "rows": metrics["reference_rows"],
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    step, place, rows = sys.argv[1:]
    with _engine(Path(place)) as spark:
        {"prepare": _prepare, "compare": _compare}[step](spark, int(rows))
