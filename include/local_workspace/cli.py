"""`python -m local_workspace serve|status|stop|reset`."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from local_workspace import lifetime
from local_workspace.lifetime import WorkspaceError
from local_workspace.options import DEFAULT_RUN_MEMORY, Options, given_in, port, positive, size
from local_workspace.root import Root

DEFAULT_ROOT = Path(".local-workspace")


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command; the result is the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        code: int = chosen.command(chosen)
    except WorkspaceError as error:
        print(f"local_workspace: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="local_workspace", description="A Databricks-compatible workspace on the loopback."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="directory that holds everything (%(default)s)")
    common.add_argument("--json", action="store_true", help="print JSON")
    _add_serve(commands.add_parser("serve", parents=[common], help="serve until stopped"))
    for name, command, text in (
        ("status", _status, "say whether and where it is served"),
        ("stop", _stop, "end the process that serves it"),
        ("reset", _reset, "delete jobs, runs, files, tables and models"),
    ):
        commands.add_parser(name, parents=[common], help=text).set_defaults(command=command)
    return parser


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    serve.add_argument("--port", type=port, default=8765, help="port, 0 for any free one (%(default)s)")
    serve.add_argument("--slots", type=positive, default=2, help="runs that may execute at once (%(default)s)")
    memory = "what one run may use, such as 800M or 4G (three quarters of the machine's)"
    serve.add_argument("--run-memory", type=size, default=DEFAULT_RUN_MEMORY, help=memory)
    serve.add_argument("--allow-other-machines", action="store_true", help="permit a host that is not the loopback")
    serve.add_argument("--testing-aids", action="store_true", help="let clients ask for faults, at /api/local/faults")
    serve.add_argument(
        "--unknown-run-status",
        type=int,
        choices=(400, 404),
        default=400,
        help="answer for a run that there is not: 400 as Databricks, 404 for Airflow's resume (%(default)s)",
    )
    serve.set_defaults(command=_serve)


def _serve(chosen: argparse.Namespace) -> int:
    # The server has handlers of its own while it serves, and raises the signal again when it is done. The first process
    # of a container would ignore one that has no handler.
    for asked_to_end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_end, lambda *_: sys.exit(0))
    from local_workspace.serving import serve

    options = Options(
        host=chosen.host,
        port=chosen.port,
        slots=chosen.slots,
        run_memory=chosen.run_memory,
        beyond_loopback=chosen.allow_other_machines,
        testing_aids=chosen.testing_aids,
        unknown_run_status=chosen.unknown_run_status,
        given=given_in(os.environ),
    )
    serve(chosen.root, options)
    return 0


def _status(chosen: argparse.Namespace) -> int:
    root = _root(chosen)
    found = lifetime.serving(root)
    if found is None:
        _print(chosen, {"state": "stopped"}, f"Not served: {chosen.root}")
        return 3
    status = {"url": found.url, "pid": found.pid, **lifetime.ask_status(root, found)}
    _print(chosen, status, f"{status['state']}: {found.url} (process {found.pid})")
    return 0


def _stop(chosen: argparse.Namespace) -> int:
    stopped = lifetime.stop(_root(chosen))
    _print(chosen, {"stopped": stopped}, "Stopped." if stopped else "Was not running.")
    return 0


def _reset(chosen: argparse.Namespace) -> int:
    lifetime.reset(_root(chosen))
    _print(chosen, {"reset": True}, f"Deleted {chosen.root}.")
    return 0


def _root(chosen: argparse.Namespace) -> Root:
    """The root, whether there is one or not."""
    return Root(chosen.root.resolve())


def _print(chosen: argparse.Namespace, values: dict[str, object], text: str) -> None:
    print(json.dumps(values) if chosen.json else text)
