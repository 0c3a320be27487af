"""The command line, which is also the wheel's entry point.

People write `churn model-train --env local --train.model.max_depth=8`. Databricks can give named parameters only, so
that the job is one too: `churn --job=model-train --env=local --train.model.max_depth=8`.
"""

import importlib
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NoReturn

from churn import __version__
from churn.config import load_settings, parse_overrides
from churn.errors import ChurnError, ConfigError
from churn.job_names import JobName

OVERRIDES = "Every setting can be overridden by its name: --train.model.max_depth=8 --ingest.source=/path/to/file.csv"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one job.

    Raises:
        ChurnError: the job cannot go on. It is not turned into an exit code here: a workspace shows a failed run's
            exception, while a console prints its message by the hook below.
    """
    sys.excepthook = _print_message
    given = _with_job_first(sys.argv[1:] if arguments is None else arguments)
    known, unknown = _parser().parse_known_args(given)
    _run(known, load_settings(known.env, parse_overrides(unknown)))


def _run(known: Namespace, settings: Any) -> None:
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # a log is no place for moving bars
    job = importlib.import_module(JobName(known.job).module)  # here, since help and errors shall not wait for MLflow
    own = {name: value for name, value in vars(known).items() if name not in {"job", "env"}}
    job.run(settings, _spark_session(), **own)


def _spark_session() -> Any:
    """The session of the cluster, or of the server that `SPARK_REMOTE` names."""
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    try:
        return SparkSession.builder.getOrCreate()
    except PySparkException as error:
        raise ConfigError(
            "There is no Spark to run on: submit the job to a workspace, or set SPARK_REMOTE to the address of a Spark "
            f"Connect server ({error})"
        ) from error


def _with_job_first(arguments: Sequence[str]) -> list[str]:
    """`--env=local --job=ingest` as `ingest --env=local`."""
    named = [argument for argument in arguments if argument.startswith("--job=")]
    others = [argument for argument in arguments if argument not in named]
    return [argument.removeprefix("--job=") for argument in named] + others


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message}. See {self.prog} --help")


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog="churn",
        description="Telco customer churn: raw rows to scored customers.",
        epilog=OVERRIDES,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"churn {__version__}")
    jobs = parser.add_subparsers(dest="job", metavar="JOB", required=True, help=f"one of {JobName.listed()}")
    for name in JobName:
        job = jobs.add_parser(
            name.value,
            help=name.summary,
            description=name.summary,
            epilog=OVERRIDES,
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        job.add_argument("--env", required=True, metavar="ENV", help="local, dev, staging or prod")
        if name is JobName.DEMO_SETUP:
            job.add_argument(
                "--confirm-delete-model",
                default="",
                metavar="NAME",
                help="delete the model although it is in Production",
            )
    return parser


def _print_message(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """On a console a mistake is one line; everything else keeps its traceback."""
    if isinstance(error, ChurnError):
        print(f"churn: {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)
