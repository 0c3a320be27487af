"""What `churn run` submits, and what it refuses before it submits anything. tests/integration runs it."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from churn import cli
from churn.commands.run import request
from churn.errors import ConfigError, WorkspaceError


def task(*overrides: str, job: str = "ingest", **given: Any) -> dict[str, Any]:
    known = {"env": "dev", "job_to_run": job, "cluster_id": None, "confirm_delete_model": "", **given}
    (only,) = request(Namespace(**known), overrides)["tasks"]
    return dict(only)


def test_overrides_reach_the_job_as_they_were_written() -> None:
    parameters = task("--ingest.source=https://host/a.csv?b=c", "--features.cat_cols=[]")["python_wheel_task"]

    assert parameters["named_parameters"] == {
        "job": "ingest",
        "env": "dev",
        "ingest.source": "https://host/a.csv?b=c",
        "features.cat_cols": "[]",
    }


def test_a_cluster_takes_the_place_of_the_environment_s_compute() -> None:
    assert "existing_cluster_id" not in task()
    assert task(cluster_id="0101-abc")["existing_cluster_id"] == "0101-abc"


def test_the_confirmation_reaches_the_job() -> None:
    parameters = task(job="demo-setup", confirm_delete_model="telco_churn_dev")["python_wheel_task"]["named_parameters"]

    assert parameters["confirm-delete-model"] == "telco_churn_dev"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["nope", "--env=dev"], "invalid choice: 'nope' .*demo-setup.*model-inference-batch"),
        (["ingest", "--env=dev", "--ingest.sauce=x"], r"ingest\.sauce in the overrides is not a setting"),
        (["ingest", "--env=dev", "--cluster=1"], "Cannot read '--cluster=1'"),
    ],
)
def test_a_mistake_is_named(given: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        cli.main(["run", *given])


@pytest.mark.parametrize("command", [["run", "ingest"], ["config", "check"]])
def test_without_a_workspace_the_remedy_is_named(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CONFIG_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "none"))

    with pytest.raises(WorkspaceError, match=r"no workspace to speak to \(.*\): set DATABRICKS_HOST"):
        cli.main([*command, "--env=dev"])
