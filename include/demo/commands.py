"""The commands: take the lifecycle through a stack, leave one running, stop it."""

import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

from rich.console import Console

from churn.config import Settings, load_settings
from demo.browser import chromium
from demo.errors import UsageError
from demo.installation import Installation
from demo.lifecycle import INFERENCE, Conductor, lifecycle
from demo.pictures import Studio
from demo.places import Places, write_private
from demo.progress import Progress
from demo.stack.airflow import AIRFLOW, airflow_environment, make_template
from demo.stack.compose import connect
from demo.stack.lifetime import attach, exclusive, start_stack
from demo.stack.processes import Processes
from demo.stack.secrets import USER, load_or_make_secrets
from demo.summary import Summary, table_names

ENVIRONMENT = "local"
GENERATOR = "generator"


def run(places: Places, console: Console, *, data: str | None) -> Summary:
    """Take the lifecycle through a stack of its own, and stop all that was started, however it ends.

    Args:
        places: of the stack.
        console: for progress.
        data: a CSV file of customers, or what `ingest` reads by itself (a URL, a volume path); None for the generator.

    Raises:
        UsageError: the file does not exist, or a stack runs there already.
        DemoError: something failed; the message is the failing part's.
    """
    settings = load_settings(ENVIRONMENT)
    progress = Progress(console)
    file = _local_file(data)
    processes = Processes(places)
    with exclusive(places):
        if _is_up(places):
            raise UsageError(f"A stack runs in {places.home} already: `make down` stops it")
        try:
            with closing(start_stack(processes, settings, progress, fresh=True)) as stack:
                source = landed(stack, settings, file) if file else data or GENERATOR
                summary = _take_lifecycle(stack, settings, progress, source)
        finally:
            with progress.phase("Stop everything"):
                processes.stop()
        return summary


def lifecycle_in_compose(env_file: Path, console: Console, *, data: str | None) -> Summary:
    """Take the lifecycle through the compose stack that runs.

    Args:
        env_file: that it was started with.
        console: for progress.
        data: as for `run`.

    Raises:
        UsageError: there is no such file of customers, or none of the stack.
        DemoError: something failed; the message is the failing part's.
    """
    settings = load_settings(ENVIRONMENT)
    file = _local_file(data)
    with closing(connect(env_file)) as stack:
        source = landed(stack, settings, file) if file else data or GENERATOR
        return _take_lifecycle(stack, settings, Progress(console), source)


def up(places: Places, console: Console) -> None:
    """Start a stack and leave it running."""
    with exclusive(places):
        if not _is_up(places):
            _start_in_background(places, console)
    print_addresses(places, console)


def down(places: Places, console: Console) -> None:
    """Stop whatever of the stack runs."""
    with exclusive(places):
        places.running.unlink(missing_ok=True)
        places.environment.unlink(missing_ok=True)
        stopped = Processes(places).stop()
    console.print(f"Stopped {stopped} processes." if stopped else "Nothing was running.")


def prepare(places: Places) -> None:
    """Make what every start needs and no start should wait for: Airflow's empty database."""
    with exclusive(places):
        secrets = load_or_make_secrets(places.secrets)
        make_template(
            places, airflow_environment(places, secrets, port=0, workspace_connection="", inherited=os.environ)
        )


def dags_test(places: Places, dag_id: str, conf: str) -> int:
    """`airflow dags test` in the environment of the stack that `up` left running; returns its exit code.

    Raises:
        UsageError: no stack runs, or `conf` is not a JSON object.
    """
    if not _is_up(places):
        raise UsageError("No stack runs: `make up` starts one")
    _json_object(conf)
    script = f'set -a; . "$1"; exec "{AIRFLOW}" dags test "$2" --conf "$3"'
    return subprocess.call(["/bin/sh", "-c", script, "sh", str(places.environment), dag_id, conf])


def screenshots(places: Places, console: Console, out: Path) -> None:
    """Take the lifecycle through the stack that `up` left running, and pictures of it on the way and at its end.

    Raises:
        UsageError: no stack runs, or there is no browser.
        DemoError: something failed; the message is the failing part's.
    """
    if not _is_up(places):
        raise UsageError("No stack runs: `make up` starts one")
    settings = load_settings(ENVIRONMENT)
    out.mkdir(parents=True, exist_ok=True)
    progress = Progress(console)
    with chromium() as browser, closing(attach(places)) as stack:
        studio = Studio(browser, stack, out)
        conductor = Conductor(stack, settings, progress, asked=studio.question)
        for step in lifecycle(settings, GENERATOR):
            conductor.take(step)
        with progress.phase("Take the other pictures"):
            studio.everything_else(conductor)
    console.print(f"Pictures in {out}", highlight=False, markup=False, soft_wrap=True)


def print_addresses(places: Places, console: Console) -> None:
    """Where the running stack is, and how to log in."""
    addresses = json.loads(places.running.read_text(encoding="utf-8"))
    secrets = load_or_make_secrets(places.secrets)
    lines = (
        f"Airflow    {addresses['airflow']}  (user {USER}, password {secrets.password})",
        f"Workspace  {addresses['workspace']}  (token in {places.workspace / 'token'})",
        f"Logs       {places.logs}",
        "`make down` stops it.",
    )
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _take_lifecycle(stack: Installation, settings: Settings, progress: Progress, source: str) -> Summary:
    conductor = Conductor(stack, settings, progress)
    for step in lifecycle(settings, source):
        conductor.take(step)
    return _summary(conductor)


def _start_in_background(places: Places, console: Console) -> None:
    processes = Processes(places)
    try:
        with closing(start_stack(processes, load_settings(ENVIRONMENT), Progress(console), fresh=False)) as stack:
            addresses = {"airflow": stack.airflow_url, "workspace": stack.workspace.url}
            write_private(places.running, json.dumps(addresses))
    except BaseException:  # also an interruption: half a stack is of no use
        processes.stop()
        raise


def _is_up(places: Places) -> bool:
    return places.running.exists() and Processes(places).any_running()


def _local_file(data: str | None) -> Path | None:
    """The file to upload; None where `ingest` reads by itself what `data` names.

    Raises:
        UsageError: there is no such file.
    """
    if data is None or "://" in data or data.startswith("/Volumes/"):
        return None
    path = Path(data).expanduser().resolve()
    if not path.is_file():
        raise UsageError(f"There is no file {path}: give the path of a CSV of customers, or a URL")
    return path


def landed(stack: Installation, settings: Settings, file: Path) -> str:
    """Upload a file of customers to the landing volume; returns its path there."""
    target = str(PurePosixPath("/Volumes", settings.tables.database.replace(".", "/"), "landing", file.name))
    stack.workspace_api.upload(file, target)
    return target


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"CONF is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f'CONF is {text}, not a JSON object such as {{"max_depth": 8}}')
    return value


def _summary(conductor: Conductor) -> Summary:
    settings = conductor.settings
    return Summary(
        model=settings.registry.model_name,
        versions=conductor.stack.workspace_api.model_versions(settings.registry.model_name),
        comparison=conductor.comparison(),
        scoring=conductor.last_words(INFERENCE, "model_inference_batch"),
        tables=table_names(settings),
        experiments={
            "training": settings.tracking.train_experiment,
            "deployment": settings.tracking.deploy_experiment,
        },
        where_to_look=conductor.stack.where_to_look(),
        seconds=conductor.progress.durations,
    )
