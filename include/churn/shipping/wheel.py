"""The wheel as a file: built from the sources beside this package, or taken as it is given."""

import hashlib
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import churn
from churn.errors import ShippingError
from churn.submission import WHEEL_NAME

PROJECT = Path(churn.__file__).resolve().parents[2]
BUILD_SECONDS = 120.0


def build_wheel(directory: Path) -> Path:
    """Build the project's wheel into `directory`; older wheels there are deleted. The same sources give the same bytes.

    Raises:
        ShippingError: there are no sources beside the installed package, or the build failed; the message ends with
            its output.
    """
    if not (PROJECT / "pyproject.toml").is_file():
        raise ShippingError(f"There are no sources in {PROJECT} to build the wheel from: give one with --wheel")
    for old in directory.glob("*.whl"):
        old.unlink()
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(directory)],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    built = directory / WHEEL_NAME
    if done.returncode != 0 or not built.is_file():
        raise ShippingError(f"The wheel could not be built:\n{done.stdout}{done.stderr}".rstrip())
    return built


def read_wheel(path: Path) -> bytes:
    """The bytes of a wheel of this very version of the package.

    Raises:
        ShippingError: there is no such file, it is no wheel, or one of something else. The DAGs that are installed with
            this package would not find it.
    """
    try:
        found = _name_and_version(path)
    except FileNotFoundError:
        raise ShippingError(f"There is no wheel {path}: leave --wheel out to build one") from None
    except (zipfile.BadZipFile, KeyError, IndexError) as error:
        raise ShippingError(f"{path} is no wheel ({error}): build one with `make wheel`") from error
    if found != ("churn", churn.__version__):
        raise ShippingError(
            f"{path} holds {' '.join(found)}, and this project is churn {churn.__version__}: build the wheel from the "
            "sources that the DAGs come from"
        )
    return path.read_bytes()


def sha256(content: bytes) -> str:
    """The checksum of a wheel, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()


def _name_and_version(path: Path) -> tuple[str, str]:
    with zipfile.ZipFile(path) as archive:
        metadata = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")][0]  # noqa: RUF015 (the IndexError is caught)
        headers = HeaderParser().parsestr(archive.read(metadata).decode())
    return headers["Name"], headers["Version"]
