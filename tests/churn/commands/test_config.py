"""`churn config`, as a person sees it."""

import json

import pytest

from churn import cli
from churn.errors import ConfigError


def test_show_prints_each_setting_with_value_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "show", "--env=prod", "--train.model.max_depth=8"]) == 0

    lines = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines()}
    assert lines["train.model.max_depth"] == ["8", "override"]
    assert lines["tables.schema_name"] == ['"churn_prod"', "prod.yml"]
    assert lines["tables.catalog"] == ['"main"', "base.yml"]


def test_show_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["config", "show", "--env=dev", "--json"])

    lines = json.loads(capsys.readouterr().out)
    assert {"key": "airflow.approval", "value": "auto", "source": "dev.yml"} in lines


def test_an_argument_that_is_no_setting_is_refused() -> None:
    with pytest.raises(ConfigError, match="Cannot read '--jsn'"):
        cli.main(["config", "show", "--env=dev", "--jsn"])
