"""`churn gate`: what was decided about model versions, why, and what another policy would have decided."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from churn.commands.parsing import Commands, add_command, add_environment, add_group
from churn.config import load_settings, parse_overrides
from churn.errors import RecordError, in_one_line

if TYPE_CHECKING:
    from churn.config import Settings
    from churn.gate.replay import Replayed
    from churn.registry import Registry

UNREADABLE, DIFFERS = 1, 2  # exit codes
REPLAYED_WITH = """\
The policy is the environment's, changed by what is given: --gate.margin=0.005 --gate.guardrails.drift=null

Exit codes: 0, the records were replayed; 1, they could not all be read; 2 with --exit-code, a decision would differ.
"""
# A console does not wait the four minutes that MLflow gives a server which does not answer.
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}


def add_to(commands: Commands) -> None:
    """Add `gate` with its own sub-commands."""
    group = add_group(commands, "gate", "What was decided about model versions, and why.")
    explain = add_command(group, "explain", "Print every record about a model version in words.", _explain)
    explain.add_argument("version", metavar="VERSION", help="a version of the environment's model, such as 2")
    replay = add_command(
        group,
        "replay",
        "Decide again on all recorded evidence, by today's policy or another.",
        _replay,
        epilog=REPLAYED_WITH,
    )
    replay.add_argument("--exit-code", action="store_true", help=f"exit with {DIFFERS} where a decision would differ")
    for parser in (explain, replay):
        add_environment(parser)
        parser.add_argument("--json", action="store_true", help="print a JSON object")


def _explain(known: Namespace, unknown: Sequence[str]) -> int:
    from churn.deployment.history import history_of
    from churn.gate.explain import explain_version

    settings = load_settings(known.env, parse_overrides(unknown))
    with _records(settings) as (registry, experiment_id):
        history = history_of(experiment_id, registry.model_name, known.version)
        if history.is_empty:
            raise RecordError(_why_there_is_none(known.version, registry, settings.tracking.deploy_experiment))
    print(history.model_dump_json(indent=2) if known.json else explain_version(history))
    return 0


def _replay(known: Namespace, unknown: Sequence[str]) -> int:
    from churn.deployment.history import read_comparisons
    from churn.gate.replay import replay, tabulate

    settings = load_settings(known.env, parse_overrides(unknown))
    with _records(settings) as (_, experiment_id):
        records, failures = read_comparisons(experiment_id)
    if not records and not failures:
        raise RecordError(f"The experiment {settings.tracking.deploy_experiment} holds no comparison yet")
    decisions = replay(settings.gate, records)
    print(_as_json(decisions, failures) if known.json else tabulate(decisions))
    for failure in failures:
        print(f"churn: {failure}", file=sys.stderr)
    if failures:
        return UNREADABLE
    return DIFFERS if known.exit_code and any(decision.differs for decision in decisions) else 0


def _as_json(decisions: "Sequence[Replayed]", failures: "Sequence[RecordError]") -> str:
    listed = [{"differs": decision.differs, **decision.model_dump(mode="json")} for decision in decisions]
    return json.dumps({"decisions": listed, "unreadable": [str(failure) for failure in failures]}, indent=2)


def _why_there_is_none(version: str, registry: "Registry", experiment: str) -> str:
    known = [str(found.version) for found in registry.versions()]
    if version in known:
        return f"Version {version} of {registry.model_name} was neither compared nor moved: {experiment} has no record"
    return f"The model {registry.model_name} has no version {version}: it has {', '.join(known) or 'none'}"


@contextmanager
def _records(settings: "Settings") -> "Iterator[tuple[Registry, str]]":
    """The registry, and the id of the experiment that holds the records.

    Raises:
        RecordError: no tracking server is named, it cannot be reached, it refuses, or it holds no such experiment.
    """
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    import mlflow
    from mlflow.exceptions import MlflowException

    from churn.registry import open_registry

    if not mlflow.is_tracking_uri_set():
        raise RecordError("No tracking server is named: set MLFLOW_TRACKING_URI, and MLFLOW_TRACKING_TOKEN if it asks")
    server, name = mlflow.get_tracking_uri(), settings.tracking.deploy_experiment
    registry = open_registry(settings.registry)
    try:
        experiment = registry.client.get_experiment_by_name(name)
        if experiment is None:
            raise RecordError(
                f"{server} holds no experiment {name}: nothing was decided there in {settings.environment}"
            )
        yield registry, experiment.experiment_id
    except MlflowException as error:
        raise RecordError(
            f"The tracking server {server} gives no records: {in_one_line(error)}. Check MLFLOW_TRACKING_URI, and that "
            "the server runs"
        ) from error
