"""Unpacking wheels, once for each content."""

import hashlib
import tempfile
import zipfile
from pathlib import Path


def unpacked(wheel: Path, cache: Path) -> Path:
    """Return the directory that holds the wheel's content, named by its checksum.

    Raises:
        zipfile.BadZipFile: the file is not a wheel.
    """
    with wheel.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    directory = cache / checksum
    if not directory.exists():
        _unpack(wheel, directory)
    return directory


def _unpack(wheel: Path, directory: Path) -> None:
    """Unpack beside the place and move there, so that a directory that exists is whole."""
    with tempfile.TemporaryDirectory(dir=directory.parent) as scratch:
        content = Path(scratch, "content")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(content)
        try:
            content.rename(directory)
        except OSError:
            if not directory.exists():  # else another run was faster, and this one's copy can go
                raise
