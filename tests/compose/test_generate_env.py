"""`make compose-env`: secrets for this machine, written once."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from dotenv import dotenv_values
from tests.compose.support import PROJECT

from demo.errors import UsageError
from demo.stack.compose import connect


def generate(path: Path) -> dict[str, str | None]:
    subprocess.run([sys.executable, PROJECT / "docker" / "generate_env.py", path], check=True)
    return dotenv_values(path, interpolate=False)


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    generate(tmp_path / "env")

    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    first = generate(tmp_path / "env")

    assert generate(tmp_path / "env") == first


def test_no_two_machines_have_a_secret_in_common(tmp_path: Path) -> None:
    one, other = generate(tmp_path / "one"), generate(tmp_path / "other")

    alike = {name for name in one if one[name] == other[name]}
    assert alike == {"COMPOSE_PROJECT_NAME", "AIRFLOW_PORT", "WORKSPACE_PORT", "CHURN_ENV"}


def test_it_sets_every_variable_without_a_default(tmp_path: Path) -> None:
    compose_file = (PROJECT / "docker-compose.yaml").read_text(encoding="utf-8")
    demanded = set(re.findall(r"\$\{(\w+):\?", compose_file))

    assert demanded <= set(generate(tmp_path / "env"))


def test_the_fernet_key_is_one(tmp_path: Path) -> None:
    Fernet(generate(tmp_path / "env")["AIRFLOW_FERNET_KEY"] or "")


def test_git_ignores_it() -> None:
    assert ".env" in (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABRICKS_CONNECTION", "databricks://:a@dbc.example.com"), ("CHURN_ENV", "dev")],
)
def test_the_demo_deletes_no_model_elsewhere(tmp_path: Path, name: str, value: str) -> None:
    path = tmp_path / "env"
    lines = [f"{key}={value if key == name else was}" for key, was in generate(path).items()]
    path.write_text("\n".join(lines))

    with pytest.raises(UsageError, match="deletes the model"):
        connect(path)


def test_the_demo_names_what_a_file_lacks(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("AIRFLOW_PORT=8080\n")

    with pytest.raises(UsageError, match="lacks WORKSPACE_PORT, AIRFLOW_ADMIN_PASSWORD"):
        connect(tmp_path / "env")
