"""The stack behaves alike on every machine, and no secret travels outside of the environment."""

import json
import subprocess

from demo.places import PROJECT, Places
from demo.stack.airflow import (
    airflow_environment,
    databricks_connection,
    prepare_metadata,
    template_of,
    write_shell_environment,
)
from demo.stack.secrets import Secrets

SECRETS = Secrets(password="pass word", jwt_secret="jwt", api_secret_key="api", fernet_key="fernet")
CONNECTION = databricks_connection(8080, "it's a token")


def environment(places: Places, **inherited: str) -> dict[str, str]:
    return airflow_environment(places, SECRETS, port=4711, workspace_connection=CONNECTION, inherited=inherited)


def test_the_callers_airflow_settings_and_python_path_have_no_effect(places: Places) -> None:
    made = environment(places, AIRFLOW__CORE__EXECUTOR="CeleryExecutor", AIRFLOW_HOME="/else", PYTHONPATH="/else")

    assert made["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert made["AIRFLOW_HOME"] == str(places.airflow)
    assert "PYTHONPATH" not in made


def test_the_callers_other_variables_stay(places: Places) -> None:
    assert environment(places, LANG="de_DE")["LANG"] == "de_DE"


def test_airflow_finds_the_projects_dags_and_plugins(places: Places) -> None:
    made = environment(places)

    assert made["AIRFLOW__CORE__DAGS_FOLDER"] == str(PROJECT / "dags")
    assert made["AIRFLOW__CORE__PLUGINS_FOLDER"] == str(PROJECT / "plugins")


def test_only_the_loopback_is_listened_on(places: Places) -> None:
    assert environment(places)["AIRFLOW__API__HOST"] == "127.0.0.1"


def test_the_connection_is_plain_http_with_the_token_as_password() -> None:
    assert json.loads(CONNECTION) == {
        "conn_type": "databricks",
        "host": "127.0.0.1",
        "port": 8080,
        "schema": "http",
        "password": "it's a token",
    }


def test_a_shell_reads_the_environment_back(places: Places) -> None:
    write_shell_environment(places, environment(places, HOME="/home/somebody"))

    shown = subprocess.run(
        ["/bin/sh", "-c", f". {places.environment}; echo $AIRFLOW_CONN_DATABRICKS_DEFAULT; echo home=$HOME"],
        env={},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert shown == [CONNECTION, "home="]
    assert places.environment.stat().st_mode & 0o777 == 0o600


def test_a_fresh_database_replaces_what_an_interrupted_run_left(places: Places) -> None:
    made = environment(places)
    places.airflow.mkdir()
    template_of(places).write_text("empty")
    database = places.airflow / "airflow.db"
    (places.airflow / "airflow.db-wal").write_text("left")
    database.write_text("old")

    prepare_metadata(places, made, fresh=False)
    assert database.read_text() == "old"

    prepare_metadata(places, made, fresh=True)
    assert database.read_text() == "empty"
    assert not (places.airflow / "airflow.db-wal").exists()
