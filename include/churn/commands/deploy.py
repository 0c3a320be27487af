"""`churn deploy`: put this version's wheel where the DAGs of an environment take it from."""

import json
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn import __version__
from churn.commands.parsing import Commands, add_command, add_environment
from churn.config import Settings, load_settings, parse_overrides
from churn.errors import ConfigError
from churn.submission import wheel_path

if TYPE_CHECKING:
    from churn.shipping.deploying import Deployment

REPLACEABLE = ("local", "dev")


def add_to(commands: Commands) -> None:
    """Add `deploy`."""
    parser = add_command(commands, "deploy", "Upload the wheel of this version to an environment's workspace.", _deploy)
    add_environment(parser)
    parser.add_argument("--wheel", type=Path, metavar="PATH", help="a wheel that is built already")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.add_argument(
        "--replace",
        action="store_true",
        help=f"overwrite other bytes of this version; only in {', '.join(REPLACEABLE)}",
    )


def _deploy(known: Namespace, unknown: Sequence[str]) -> int:
    from churn.shipping.client import connected  # here, since help shall not wait for the SDK
    from churn.shipping.deploying import deploy
    from churn.shipping.places import place_of

    settings = load_settings(known.env, parse_overrides(unknown))
    _require_replaceable(settings, wanted=known.replace)
    path, content = wheel_path(settings.wheel), _content(known.wheel)
    with connected() as client:
        deployment = deploy(place_of(client, path), path, content, replace=known.replace)
        host = client.config.host
    used = _used(settings, deployment, host)
    print(json.dumps(used, indent=2) if known.json else _told(used))
    return 0


def _require_replaceable(settings: Settings, *, wanted: bool) -> None:
    if wanted and settings.environment not in REPLACEABLE:
        raise ConfigError(f"--replace is not for {settings.environment}: a released version is never overwritten")


def _content(given: Path | None) -> bytes:
    from churn.shipping.wheel import build_wheel, read_wheel

    if given is not None:
        return read_wheel(given)
    with tempfile.TemporaryDirectory() as directory:
        return read_wheel(build_wheel(Path(directory)))


def _used(settings: Settings, deployment: "Deployment", host: str) -> dict[str, Any]:
    """What the DAGs of this environment will use from now on."""
    return {
        "environment": settings.environment,
        "host": host,
        "version": __version__,
        **asdict(deployment),
        "connection": settings.airflow.conn_id,
        "compute": settings.compute.kind,
        "tables": settings.tables.database,
        "model": settings.registry.model_name,
    }


def _told(used: dict[str, Any]) -> str:
    first = "Uploaded" if used["uploaded"] else "Already there, with the same bytes:"
    lines = [f"{first} churn {used['version']} to {used['host']}", f"The DAGs of {used['environment']} will use:"]
    shown = ("path", "sha256", "size", "connection", "compute", "tables", "model")
    return "\n".join([*lines, *(f"  {name:<11} {used[name]}" for name in shown)])
