"""`churn config show` and `check`: what holds in an environment and why, and whether its workspace has it."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from churn.columns import aligned
from churn.commands.parsing import Commands, add_command, add_environment, add_group
from churn.config import load_settings, load_with_origins, parse_overrides
from churn.config.listing import listed

WIDEST = 60  # characters of a column: one long value shall not push all sources out of sight


def add_to(commands: Commands) -> None:
    """Add `config` with its own sub-commands."""
    group = add_group(commands, "config", "What is configured, and whether it exists.")
    show = add_command(group, "show", "Print every setting, its value and where it comes from.", _show)
    add_environment(show)
    show.add_argument("--json", action="store_true", help="print a JSON list")
    check = add_command(group, "check", "Ask the workspace whether it has all that is configured.", _check)
    add_environment(check)
    check.add_argument("--json", action="store_true", help="print a JSON list")


def _show(known: Namespace, unknown: Sequence[str]) -> int:
    lines = listed(*load_with_origins(known.env, parse_overrides(unknown)))
    rows = [(line.key, json.dumps(line.value), line.source) for line in lines]
    print(json.dumps([asdict(line) for line in lines], indent=2) if known.json else aligned(rows, widest=WIDEST))
    return 0


def _check(known: Namespace, unknown: Sequence[str]) -> int:
    """Fails when something is missing."""
    from churn.shipping.checking import check  # here, since help shall not wait for the SDK
    from churn.shipping.client import connected
    from churn.shipping.findings import State

    settings = load_settings(known.env, parse_overrides(unknown))
    with connected() as client:
        findings = list(check(client, settings))
    rows = [(finding.state.value, finding.what, finding.detail) for finding in findings]
    print(
        json.dumps([asdict(finding) for finding in findings], indent=2) if known.json else aligned(rows, widest=WIDEST)
    )
    return int(any(finding.state is State.MISSING for finding in findings))
