"""The wheel that the jobs run holds the package `churn`, its configuration, and nothing else."""

import zipfile
from pathlib import Path

import pytest

from churn import __version__
from churn.errors import ShippingError
from churn.shipping import wheel
from churn.shipping.wheel import build_wheel, read_wheel, sha256
from churn.submission import WHEEL_NAME


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    (directory / "churn-0.0.0-py3-none-any.whl").touch()
    return build_wheel(directory)


def test_it_holds_the_churn_package_alone(built: Path) -> None:
    names = zipfile.ZipFile(built).namelist()

    assert "churn/conf/base.yml" in names
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"churn"}


def test_its_name_is_the_one_that_runs_ask_for(built: Path) -> None:
    assert built.name == WHEEL_NAME


def test_an_older_wheel_makes_room(built: Path) -> None:
    assert list(built.parent.glob("*.whl")) == [built]


def test_the_same_sources_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    """Or a second deployment of one version would be refused."""
    assert sha256(read_wheel(build_wheel(tmp_path))) == sha256(read_wheel(built))


def test_without_sources_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "PROJECT", tmp_path)

    with pytest.raises(ShippingError, match=r"no sources in .* give one with --wheel"):
        build_wheel(tmp_path)


def test_a_build_that_fails_tells_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'churn'\n")
    monkeypatch.setattr(wheel, "PROJECT", tmp_path)

    with pytest.raises(ShippingError, match=r"(?s)could not be built.*version"):
        build_wheel(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShippingError, match=r"no wheel .*none\.whl"):
        read_wheel(tmp_path / "none.whl")


def test_a_file_that_is_no_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.whl").write_text("no archive")
    with zipfile.ZipFile(tmp_path / "archive.whl", "w") as archive:
        archive.writestr("a.txt", "no metadata")

    for name in ("text.whl", "archive.whl"):
        with pytest.raises(ShippingError, match=f"{name} is no wheel"):
            read_wheel(tmp_path / name)


@pytest.mark.parametrize(("name", "version"), [("other", __version__), ("churn", "9.9.9")])
def test_a_wheel_of_something_else_is_refused(name: str, version: str, tmp_path: Path) -> None:
    """The DAGs look for the version that is installed with them."""
    path = tmp_path / "given.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", f"Name: {name}\nVersion: {version}\n")

    with pytest.raises(ShippingError, match=f"holds {name} {version}, and this project is churn {__version__}"):
        read_wheel(path)
