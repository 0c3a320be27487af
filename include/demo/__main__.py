"""`python -m demo run|lifecycle|up|down|prepare|dags-test|screenshots`: the lifecycle and its stack on a laptop."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console

from churn.errors import ChurnError
from demo import commands
from demo.errors import DemoError, UsageError
from demo.places import DEFAULT_HOME, Places
from demo.summary import Summary, print_summary

FAILED = 1
WRONG_USAGE = 2
SIGNALLED = 128
INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked the command to end; not an Exception, so that nothing on the way takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    options = _parser().parse_args(arguments)
    as_json = getattr(options, "json", False)
    console = Console(stderr=as_json)
    errors = Console(stderr=True)
    for number in INTERRUPTIONS:
        signal.signal(number, _interrupt)
    try:
        return _dispatch(options, console)
    except Interrupted as interruption:
        errors.print("Interrupted; everything that was started has been stopped.")
        return SIGNALLED + interruption.number
    except (DemoError, ChurnError) as error:
        errors.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED


def _dispatch(options: argparse.Namespace, console: Console) -> int:
    places = Places(options.home.resolve())
    match options.command:
        case "run":
            _tell(commands.run(places, console, data=options.data), options, console)
            console.print("`make up` starts the stack again for a look around.", highlight=False)
        case "lifecycle":
            _tell(commands.lifecycle_in_compose(options.env_file, console, data=options.data), options, console)
        case "up":
            commands.up(places, console)
        case "down":
            commands.down(places, console)
        case "prepare":
            commands.prepare(places)
        case "screenshots":
            commands.screenshots(places, console, options.out)
        case "dags-test":
            return commands.dags_test(places, options.dag_id, options.conf)
    return 0


def _tell(summary: Summary, options: argparse.Namespace, console: Console) -> None:
    if options.json:
        print(json.dumps(summary.as_dict(), indent=2))
    else:
        print_summary(console, summary)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Unwind the stack once; what cleans up on the way must not be interrupted again."""
    for other in INTERRUPTIONS:
        signal.signal(other, signal.SIG_IGN)
    raise Interrupted(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--home", type=Path, default=DEFAULT_HOME, help="where the stack lives (%(default)s)")
    commands_of = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    taking = argparse.ArgumentParser(add_help=False)
    taking.add_argument("--data", help="CSV file of customers, its URL or volume path; generated customers otherwise")
    taking.add_argument("--json", action="store_true", help="print the summary as JSON, and progress on stderr")
    commands_of.add_parser("run", parents=[taking], help="take the whole lifecycle through a stack, then stop it")
    lifecycle = commands_of.add_parser(
        "lifecycle", parents=[taking], help="take it through the compose stack that runs"
    )
    lifecycle.add_argument("--env-file", type=Path, required=True, help="of the compose stack: addresses and secrets")
    commands_of.add_parser("up", help="start the stack and leave it running")
    commands_of.add_parser("down", help="stop the stack")
    commands_of.add_parser("prepare", help="make what every start needs; part of the set-up")
    pictures = commands_of.add_parser(
        "screenshots",
        help="take the lifecycle through the stack that `up` left running, and pictures of it; needs Chromium and "
        "playwright (dependency group dev)",
    )
    pictures.add_argument("--out", type=Path, required=True, help="directory for the pictures")
    test = commands_of.add_parser("dags-test", help="`airflow dags test` against the stack that `up` left running")
    test.add_argument("dag_id")
    test.add_argument("--conf", default="{}", help="the DAG's parameters as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
