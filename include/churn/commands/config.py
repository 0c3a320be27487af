"""`churn config show`: what holds in an environment, and why."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from churn.commands.parsing import Commands, add_command, add_environment, add_group
from churn.config import load_with_origins, parse_overrides
from churn.config.listing import Line, listed


def add_to(commands: Commands) -> None:
    """Add `config` with its own sub-commands."""
    group = add_group(commands, "config", "What is configured, and whether it exists.")
    show = add_command(group, "show", "Print every setting, its value and where it comes from.", _show)
    add_environment(show)
    show.add_argument("--json", action="store_true", help="print a JSON list")


def _show(known: Namespace, unknown: Sequence[str]) -> int:
    lines = listed(*load_with_origins(known.env, parse_overrides(unknown)))
    print(json.dumps([asdict(line) for line in lines], indent=2) if known.json else _table(lines))
    return 0


def _table(lines: Sequence[Line]) -> str:
    rows = [(line.key, json.dumps(line.value), line.source) for line in lines]
    key, value = (min(60, max(len(row[column]) for row in rows)) for column in (0, 1))
    return "\n".join(f"{row[0]:<{key}}  {row[1]:<{value}}  {row[2]}" for row in rows)
