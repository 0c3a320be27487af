"""What the commands say and return before anything is started."""

import fcntl
from pathlib import Path

import pytest

from demo.__main__ import main


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "customers.csv"

    assert main(["--home", str(tmp_path / "home"), "run", "--data", str(missing)]) == 2
    assert f"There is no file {missing}" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


def test_dags_test_needs_a_running_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "dags-test", "train"]) == 2
    assert "`make up` starts one" in capsys.readouterr().err


def test_screenshots_need_a_running_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "screenshots", "--out", str(tmp_path / "pictures")]) == 2
    assert "`make up` starts one" in capsys.readouterr().err
    assert not (tmp_path / "pictures").exists()


def test_down_without_a_stack_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "down"]) == 0
    assert "Nothing was running" in capsys.readouterr().out


def test_two_commands_never_work_on_one_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["--home", str(tmp_path), "down"]) == 2
    assert "Another command works on the stack" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "lifecycle", "up", "down", "prepare", "dags-test", "screenshots"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([command, "--help"])

    assert exit_.value.code == 0
    assert "usage: python -m demo" in capsys.readouterr().out
