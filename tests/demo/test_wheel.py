"""The wheel that the jobs run holds the package `churn`, its configuration, and nothing else."""

import zipfile
from pathlib import Path

from churn.config import load_settings
from churn.submission import wheel_path
from demo.wheel import build_wheel


def test_the_wheel_holds_the_churn_package_alone(tmp_path: Path) -> None:
    names = zipfile.ZipFile(build_wheel(tmp_path)).namelist()

    assert "churn/conf/base.yml" in names
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"churn"}


def test_its_name_is_the_one_that_runs_ask_for(tmp_path: Path) -> None:
    assert Path(wheel_path(load_settings("local").wheel)).name == build_wheel(tmp_path).name


def test_an_older_wheel_makes_room(tmp_path: Path) -> None:
    (tmp_path / "churn-0.0.0-py3-none-any.whl").touch()

    assert list(tmp_path.glob("*.whl")) != [build_wheel(tmp_path)]
    assert len(list(tmp_path.glob("*.whl"))) == 1
