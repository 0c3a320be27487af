"""`churn config check` in a workspace that has what it should, and in one that has not."""

import json
from typing import Any

import pytest
from tests.integration.site import Site

from churn import cli


def states(printed: str) -> dict[str, Any]:
    return {finding["what"]: finding["state"] for finding in json.loads(printed)}


def test_what_was_deployed_is_found(site: Site) -> None:
    code, printed = site.churn("config", "check", "--json")

    found = states(printed)
    schema = site.settings.tables.database
    assert code == 0
    assert "missing" not in found.values()
    assert {f"schema {schema}", f"volume {schema}.wheels", f"permissions on volume {schema}.wheels"} <= set(found)


@pytest.mark.usefixtures("site")
def test_what_is_missing_is_told_with_its_remedy_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "check", "--env=local", "--tables.schema_name=nobody_made_this"]) == 1

    (line,) = [line for line in capsys.readouterr().out.splitlines() if "schema main.nobody_made_this" in line]
    assert line.startswith("missing")
    assert "CREATE SCHEMA main.nobody_made_this" in line


MACHINES = "{cloud: aws, node_type_id: i3.hugest}"


@pytest.mark.parametrize(
    ("kind", "compute", "missing", "remedy"),
    [
        ("new_cluster", {"machines": MACHINES}, "node type i3.hugest", "set compute.machines.node_type_id to one "),
        ("new_cluster", {"machines": MACHINES}, "runtime 0.0.x-none", "set compute.spark_version to one that"),
        ("instance_pool", {"instance_pool_id": "no-pool"}, "instance pool no-pool", "correct compute.instance_pool_id"),
    ],
)
def test_machines_that_the_workspace_does_not_have(
    kind: str, compute: dict[str, str], missing: str, remedy: str, site: Site
) -> None:
    described = {"kind": kind, "spark_version": "0.0.x-none", "num_workers": "0", **compute}

    assert finding(site, described, missing).startswith(remedy)


def test_a_cluster_that_the_workspace_does_not_have(site: Site) -> None:
    described = {"kind": "existing_cluster", "cluster_id": "no-cluster"}

    assert finding(site, described, "cluster no-cluster").startswith("correct compute.cluster_id")


def finding(site: Site, compute: dict[str, str], missing: str) -> str:
    """What is said of the thing that is missing."""
    code, printed = site.churn("config", "check", "--json", more=[f"--compute.{k}={v}" for k, v in compute.items()])
    assert code == 1
    (found,) = [found for found in json.loads(printed) if found["what"] == missing]
    assert found["state"] == "missing"
    return str(found["detail"])


@pytest.mark.usefixtures("site")
def test_without_access_nothing_else_is_looked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "not the token")

    assert cli.main(["config", "check", "--env=local", "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert found["state"] == "missing"
    assert "DATABRICKS_TOKEN" in found["detail"]
