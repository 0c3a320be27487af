"""The command line, which is also the wheel's entry point.

People write `churn model-train --env local --train.model.max_depth=8`. Databricks can give named parameters only, so
that the job is one too: `churn --job=model-train --env=local --train.model.max_depth=8`. What is no job, such as
`churn config show`, is in `churn.commands`.
"""

import importlib
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from churn import __version__
from churn.commands import add_commands
from churn.commands.parsing import OVERRIDES, Commands, Parser, add_command, add_confirmation, add_environment
from churn.config import load_settings, parse_overrides
from churn.errors import ChurnError, ConfigError
from churn.job_names import JobName

NOT_OF_THE_JOB = {"job", "env", "command"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one job or one command.

    Returns:
        The exit code. A workspace ignores it: there a job fails by what it raises.

    Raises:
        ChurnError: it cannot go on. A workspace shows a failed run's exception, while a console prints its message by
            the hook below.
    """
    sys.excepthook = _print_message
    given = _with_job_first(sys.argv[1:] if arguments is None else arguments)
    known, unknown = _parser().parse_known_args(given)
    exit_code: int = known.command(known, unknown)
    return exit_code


def _run_job(known: Namespace, unknown: Sequence[str]) -> int:
    settings = load_settings(known.env, parse_overrides(unknown))
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # a log is no place for moving bars
    job = importlib.import_module(JobName(known.job).module)  # here, since help and errors shall not wait for MLflow
    own = {name: value for name, value in vars(known).items() if name not in NOT_OF_THE_JOB}
    job.run(settings, _spark_session(), **own)
    return 0


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


def _parser() -> Parser:
    parser = Parser(
        prog="churn",
        description="Telco customer churn: raw rows to scored customers.",
        epilog=OVERRIDES,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"churn {__version__}")
    commands = parser.add_subparsers(dest="job", metavar="JOB", required=True, help="a job, or one of the commands")
    for name in JobName:
        _add_job(commands, name)
    add_commands(commands)
    return parser


def _add_job(commands: Commands, name: JobName) -> None:
    job = add_command(commands, name.value, name.summary, _run_job)
    add_environment(job)
    if name is JobName.DEMO_SETUP:
        add_confirmation(job)


def _print_message(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """On a console a mistake is one line; everything else keeps its traceback."""
    if isinstance(error, ChurnError):
        print(f"churn: {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)
