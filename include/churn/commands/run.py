"""`churn run`: one job in an environment's workspace, from a laptop."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from churn.commands.parsing import Commands, add_command, add_confirmation, add_environment
from churn.config import load_settings, parse_overrides
from churn.job_names import JobName
from churn.progress import say
from churn.submission import submit_run


def add_to(commands: Commands) -> None:
    """Add `run`."""
    parser = add_command(commands, "run", "Run a job in an environment's workspace and show what it prints.", _run)
    parser.add_argument("job_to_run", metavar="JOB", choices=list(JobName), help=f"one of {JobName.listed()}")
    add_environment(parser)
    parser.add_argument("--cluster-id", metavar="ID", help="run on this cluster, whatever the environment says")
    add_confirmation(parser)


def _run(known: Namespace, unknown: Sequence[str]) -> int:
    from churn.shipping.client import connected  # here, since help shall not wait for the SDK
    from churn.shipping.running import Follower, submit

    body = request(known, unknown)
    with connected() as client:
        return Follower(client, say, _write).follow(submit(client, body))


def request(known: Namespace, unknown: Sequence[str]) -> dict[str, Any]:
    """The run to submit. Overrides are checked here, and given to the job as they were written.

    Raises:
        ConfigError: an override is none, or does not fit.
    """
    settings = load_settings(known.env, {**_compute(known.cluster_id), **parse_overrides(unknown)})
    parameters = dict(argument.removeprefix("--").split("=", 1) for argument in unknown)
    if known.confirm_delete_model:
        parameters["confirm-delete-model"] = known.confirm_delete_model
    return submit_run(settings, known.job_to_run, parameters, run_name=f"churn run {known.job_to_run}")


def _compute(cluster_id: str | None) -> dict[str, str]:
    return {"compute.kind": "existing_cluster", "compute.cluster_id": cluster_id} if cluster_id else {}


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
