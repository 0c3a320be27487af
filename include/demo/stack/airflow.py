"""Airflow on a laptop: its environment, its metadata database, its four processes."""

import json
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from demo.errors import StackError
from demo.places import PROJECT, Places, write_private
from demo.stack.ports import LOOPBACK
from demo.stack.processes import Processes
from demo.stack.secrets import USER, Secrets

AIRFLOW = Path(sys.executable).with_name("airflow")
# In the order in which the lifecycle needs them: on two cores each costs the others its imports.
FIRST_PROCESSES = ("api-server", "scheduler", "dag-processor")
LATER_PROCESSES = ("triggerer",)
ARGUMENTS = {"scheduler": ["--skip-serve-logs"], "triggerer": ["--skip-serve-logs"]}
START_SECONDS = 180.0
MIGRATION_SECONDS = 300.0

# Airflow's defaults are made for clusters: these make it answer within fractions of a second on two cores.
LAPTOP = {
    "CORE__EXECUTOR": "LocalExecutor",
    "CORE__PARALLELISM": "4",
    "CORE__LOAD_EXAMPLES": "False",
    "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "CORE__EXECUTE_TASKS_NEW_PYTHON_INTERPRETER": "False",
    "API__HOST": LOOPBACK,
    "API__WORKERS": "1",
    "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",  # seconds until a worker that died is noticed
    "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",  # a worker sees the end of its task no sooner than that
    "DAG_PROCESSOR__REFRESH_INTERVAL": "30",
    "LOGGING__DAG_PROCESSOR_LOG_TARGET": "file",
}


def airflow_environment(
    places: Places, secrets: Secrets, *, port: int, workspace_connection: str, inherited: Mapping[str, str]
) -> dict[str, str]:
    """What every process of Airflow gets in its environment; secrets travel in no other way.

    Args:
        places: of the stack.
        secrets: of the stack.
        port: of the api server.
        workspace_connection: the Databricks connection as JSON.
        inherited: the caller's environment. Its Airflow settings and PYTHONPATH are left out: the stack must behave
            alike on every machine.
    """
    base_url = f"http://{LOOPBACK}:{port}"
    settings = {
        **LAPTOP,
        "CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_passwords(places)),
        "CORE__EXECUTION_API_SERVER_URL": f"{base_url}/execution/",
        "CORE__FERNET_KEY": secrets.fernet_key,
        # SQLite has one writer at a time: who comes meanwhile waits, for up to as many seconds.
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_database(places)}?timeout=60",
        "DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(places.airflow / "bundles"),
        "API__PORT": str(port),
        "API__BASE_URL": base_url,
        "API__SECRET_KEY": secrets.api_secret_key,
        "API_AUTH__JWT_SECRET": secrets.jwt_secret,
    }
    return {
        **{name: value for name, value in inherited.items() if not _ours_to_set(name)},
        **{f"AIRFLOW__{name}": value for name, value in settings.items()},
        "AIRFLOW_HOME": str(places.airflow),
        "AIRFLOW_CONN_DATABRICKS_DEFAULT": workspace_connection,
        "CHURN_ENV": "local",
        "NO_PROXY": LOOPBACK,
        "no_proxy": LOOPBACK,
    }


def write_shell_environment(places: Places, environment: Mapping[str, str]) -> None:
    """Airflow's part of an environment as `export` lines."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in environment.items() if _ours_to_set(name)]
    write_private(places.environment, "".join(lines))


def prepare_metadata(places: Places, environment: Mapping[str, str], *, fresh: bool) -> None:
    """Put a migrated database in place, and the login beside it.

    Args:
        places: of the stack.
        environment: Airflow's.
        fresh: replace a database that is there. DAG runs that an interrupted demo left unfinished go with it; a
            scheduler would take them up again.
    """
    make_template(places, environment)
    places.airflow.mkdir(exist_ok=True)
    database = _database(places)
    if fresh or not database.exists():
        for leftover in places.airflow.glob(f"{database.name}*"):
            leftover.unlink()
        shutil.copyfile(template_of(places), database)


def make_template(places: Places, environment: Mapping[str, str]) -> None:
    """Migrate an empty database, once for each version of Airflow."""
    template = template_of(places)
    if template.exists():
        return
    places.logs.mkdir(parents=True, exist_ok=True)
    unfinished = template.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    log = places.logs / "migration.log"
    with log.open("wb") as output:
        done = subprocess.run(
            [AIRFLOW, "db", "migrate"],
            env={**environment, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{unfinished}"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=MIGRATION_SECONDS,
            check=False,
        )
    if done.returncode != 0:
        raise StackError(f"Airflow could not create its database: see {log}")
    with closing(sqlite3.connect(unfinished)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # readers do not block the scheduler; the mode stays in the file
    unfinished.replace(template)


def template_of(places: Places) -> Path:
    """A migrated, empty database of the installed Airflow: copying it takes no time, migrating one ten seconds."""
    return places.home / f"airflow-{version('apache-airflow')}-template.db"


def write_login(places: Places, secrets: Secrets) -> None:
    write_private(_passwords(places), json.dumps({USER: secrets.password}))


def start_airflow(processes: Processes, names: tuple[str, ...], environment: Mapping[str, str]) -> None:
    for name in names:
        processes.start(name, [str(AIRFLOW), name, *ARGUMENTS.get(name, [])], environment)


def databricks_connection(port: int, token: str) -> str:
    """The connection to a workspace on plain HTTP, as the Databricks provider reads it from JSON."""
    connection = {"conn_type": "databricks", "host": LOOPBACK, "port": port, "schema": "http", "password": token}
    return json.dumps(connection)


def _ours_to_set(name: str) -> bool:
    return name.startswith("AIRFLOW") or name in {"CHURN_ENV", "PYTHONPATH", "NO_PROXY", "no_proxy"}


def _database(places: Places) -> Path:
    return places.airflow / "airflow.db"


def _passwords(places: Places) -> Path:
    return places.airflow / "passwords.json"
