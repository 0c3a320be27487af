"""What the parsers of jobs and commands have in common."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeAlias

from churn.errors import ConfigError

OVERRIDES = "Every setting can be overridden by its name: --train.model.max_depth=8 --ingest.source=/path/to/file.csv"

Commands: TypeAlias = "_SubParsersAction[Parser]"
# Takes what was parsed and what was left over, which are overrides or mistakes; returns the exit code.
Command: TypeAlias = Callable[[Namespace, Sequence[str]], int]


class Parser(ArgumentParser):
    """Raises instead of leaving, so that a workspace shows the message too."""

    def error(self, message: str) -> NoReturn:
        """Raise the message.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(f"{message}. See {self.prog} --help")


def add_command(commands: Commands, name: str, summary: str, command: Command, *, epilog: str = OVERRIDES) -> Parser:
    """Add the parser of one command, which takes overrides unless its epilog says otherwise."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=epilog,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=command)
    return parser


def add_environment(parser: ArgumentParser) -> None:
    """Add `--env`, which jobs and most commands need."""
    parser.add_argument("--env", required=True, metavar="ENV", help="local, dev, staging or prod")


def add_confirmation(parser: ArgumentParser) -> None:
    """Add what `demo-setup` asks for before it deletes a model that is in use."""
    parser.add_argument(
        "--confirm-delete-model", default="", metavar="NAME", help="delete the model although it is in Production"
    )


def add_group(commands: Commands, name: str, summary: str) -> Commands:
    """Add a command that has sub-commands; they are added to what is returned."""
    parser = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    return parser.add_subparsers(dest=f"{name}_command", metavar="COMMAND", required=True)
