"""The command line, as people, the console and a workspace use it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from churn import __version__, cli
from churn.config import load_settings
from churn.errors import ConfigError, DeletionRefusedError, SourceError
from churn.job_names import JobName
from churn.registry import open_registry
from churn.stages import Stage


@pytest.fixture(autouse=True)
def hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line sets the hook for uncaught exceptions: the tests take theirs back."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)


def arguments(overrides: dict[str, Any]) -> list[str]:
    return [f"--{key}={value}" for key, value in overrides.items()]


def console(*given: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The installed console script in a process of its own."""
    script = Path(sys.executable).parent / "churn"
    return subprocess.run([script, *given], capture_output=True, text=True, check=False, env=environment)


def test_a_job_runs_with_overrides(spark: SparkSession, overrides: dict[str, Any], database: str) -> None:
    cli.main(["ingest", "--env", "local", *arguments(overrides), "--ingest.generator_rows=7"])

    assert spark.table(f"{database}.bronze_customers").count() == 7


def test_named_parameters_run_a_job_in_any_order(spark: SparkSession, overrides: dict[str, Any], database: str) -> None:
    """What a workspace makes of `named_parameters`."""
    cli.main([*arguments(overrides), "--env=local", "--job=ingest", "--run.dag_run_id=manual__1"])

    assert spark.table(f"{database}.bronze_customers").count() == 400


def test_arguments_are_taken_from_the_process(
    spark: SparkSession, overrides: dict[str, Any], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["churn", "--job=ingest", "--env=local", *arguments(overrides)])

    cli.main()

    assert spark.catalog.tableExists(f"{database}.bronze_customers")


def test_a_failed_job_raises_so_that_a_workspace_shows_its_message(
    spark: SparkSession, overrides: dict[str, Any]
) -> None:
    with pytest.raises(SourceError, match=r"no file /none\.csv"):
        cli.main(["--job=ingest", "--env=local", *arguments(overrides), "--ingest.source=/none.csv"])


def test_the_confirmation_reaches_the_job(spark: SparkSession, in_production_and_staging: dict[str, Any]) -> None:
    given = ["--job=demo-setup", "--env=local", *arguments(in_production_and_staging | {"tables.schema_name": "none"})]
    registry = open_registry(load_settings("local", in_production_and_staging).registry)

    with pytest.raises(DeletionRefusedError):
        cli.main([*given, "--confirm-delete-model="])
    assert len(registry.in_stage(Stage.PRODUCTION)) == 1
    cli.main([*given, f"--confirm-delete-model={registry.model_name}"])
    assert registry.versions() == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["nope", "--env=local"], "invalid choice: 'nope' .*demo-setup.*ingest.*model-inference-batch"),
        (["--job=nope", "--env=local"], "invalid choice: 'nope'"),
        ([], "required: JOB"),
        (["ingest"], "required: --env"),
        (["ingest", "--env=moon"], "no environment 'moon' .*: choose one of dev, local, prod, staging"),
        (["ingest", "--env=local", "--ingest.sauce=x"], r"ingest\.sauce in the overrides is not a setting"),
        (["ingest", "--env=local", "--seed=1"], r"Cannot read '--seed=1': an override has the form"),
        (["ingest", "--env=local", "extra"], "Cannot read 'extra'"),
        (["ingest", "--env=local", "--confirm-delete-model=x"], "Cannot read '--confirm-delete-model=x'"),
    ],
)
def test_a_mistake_is_named(given: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        cli.main(given)


@pytest.mark.parametrize("job", JobName)
def test_every_job_has_help_of_its_own(job: JobName, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([job.value, "--help"])

    assert caught.value.code == 0
    said = capsys.readouterr().out
    assert job.summary in said
    assert "--train.model.max_depth=8" in said
    assert ("--confirm-delete-model" in said) == (job is JobName.DEMO_SETUP)


def test_help_lists_every_job() -> None:
    done = console("--help")

    assert done.returncode == 0
    assert all(job.value in done.stdout for job in JobName)


def test_the_version_is_printed() -> None:
    assert console("--version").stdout.strip() == f"churn {__version__}"


def test_on_a_console_a_mistake_is_one_line_and_a_failure() -> None:
    done = console("ingest", "--env=moon")

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("churn: There is no environment 'moon'")
    assert done.stderr.count("\n") == 1


def test_without_spark_the_remedy_is_named() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SPARK_REMOTE"}

    done = console("ingest", "--env=local", environment=environment)

    assert done.returncode == 1
    assert "churn: There is no Spark to run on: submit the job to a workspace, or set SPARK_REMOTE" in done.stderr


def test_a_fault_of_the_program_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError):
        cli.main(["nope"])

    sys.excepthook(ValueError, ValueError("unexpected"), None)

    assert "ValueError: unexpected" in capsys.readouterr().err


def test_help_does_not_wait_for_heavy_libraries() -> None:
    heavy = {"pandas", "mlflow", "sklearn", "pyspark", "matplotlib", "databricks"}
    code = f"import sys, churn.cli; print(sorted({heavy!r} & set(sys.modules)))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"
