"""From the paths that clients name to files below the root, and never elsewhere."""

import os
from pathlib import Path
from urllib.parse import unquote

from local_workspace.errors import InvalidParameterError
from local_workspace.root import Root

MAX_NAME = 255
"""Bytes, as file systems have it."""
MAX_PATH = 3000
"""Bytes; with the root's own path before it, it has to stay below the 4096 of the system."""
MAX_DEPTH = 100
VOLUME_PARTS = 3
"""Catalog, schema and volume."""
ARTIFACTS = "mlflow-artifacts/"
"""Where DBFS has what MLflow's server keeps."""
_OF_WORKSPACE = ("/Workspace/", "/Users/", "/Shared/", "/Repos/")


def inside(base: Path, path: str) -> Path:
    """Return the file that `path` names below `base`.

    Raises:
        InvalidParameterError: the path has a part that leads elsewhere, by its text, however often encoded, or through
            a symbolic link; or it is too long.
    """
    parts = _parts(path)
    if len(parts) > MAX_DEPTH or len(os.fsencode(path)) > MAX_PATH or any(_is_long(part) for part in parts):
        raise InvalidParameterError(
            f"Invalid path: '{path[:100]}...' is too long. A name may have {MAX_NAME} bytes, a path {MAX_PATH} and "
            f"{MAX_DEPTH} names."
        )
    decoded = _decoded(path)  # which takes as many rounds as it is encoded: no more than its length allows
    if "\0" in decoded or any(part in {".", ".."} for part in _parts(decoded)):
        raise InvalidParameterError(f"Invalid path: {path!r} must not contain '.', '..' or a null character.")
    file = base.joinpath(*parts)
    if not _resolved(file, path).is_relative_to(base.resolve()):
        raise InvalidParameterError(f"Invalid path: '{path}' leads out of the storage.")
    return file


def in_volume(root: Root, path: str) -> Path:
    """A file of a volume, or the volume itself, by `/Volumes/<catalog>/<schema>/<volume>/...`."""
    parts = _parts(path)
    if len(parts) <= VOLUME_PARTS or parts[0] != "Volumes":
        raise InvalidParameterError(
            f"Invalid path: '{path}' is not in a volume; expected /Volumes/<catalog>/<schema>/<volume>/..."
        )
    return inside(root.volumes, "/".join(parts[1:]))


def in_dbfs(root: Root, path: str) -> Path:
    """A file of DBFS by its absolute path, with or without `dbfs:`. Volumes and MLflow's artifacts are in it, too."""
    absolute = path.removeprefix("dbfs:")
    if not absolute.startswith("/"):
        raise InvalidParameterError(f"Invalid path: '{path}' is not absolute; expected /... or dbfs:/...")
    if absolute.startswith("/Volumes/"):
        return in_volume(root, absolute)
    if absolute.lstrip("/").startswith(ARTIFACTS):
        return inside(root.artifacts, absolute.lstrip("/").removeprefix(ARTIFACTS))
    return inside(root.dbfs, absolute)


def in_workspace(root: Root, path: str) -> Path:
    """A file of the workspace tree by its absolute path, with or without `/Workspace`."""
    if not path.startswith("/"):
        raise InvalidParameterError(f"Invalid path: '{path}' is not absolute; expected /Users/..., /Shared/...")
    return inside(root.files, f"{path}/".removeprefix("/Workspace/"))


def anywhere(root: Root, path: str) -> Path:
    """A file by the path that a job would give: a volume, the workspace tree or DBFS."""
    if path.startswith("/Volumes/"):
        return in_volume(root, path)
    if path.startswith(_OF_WORKSPACE):
        return in_workspace(root, path)
    for prefix in ("dbfs:", "/dbfs"):
        if path.startswith(f"{prefix}/"):
            return in_dbfs(root, path.removeprefix(prefix))
    raise InvalidParameterError(f"Invalid path: '{path}' must begin with /Volumes/, /Workspace/ or dbfs:/.")


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _decoded(path: str) -> str:
    """The path as the most obliging reader would take it."""
    while (decoded := unquote(path)) != path:
        path = decoded
    return path


def _is_long(name: str) -> bool:
    return len(os.fsencode(name)) > MAX_NAME


def _resolved(file: Path, path: str) -> Path:
    try:
        return file.resolve()
    except (OSError, RuntimeError):  # a link to itself is the one or the other
        raise InvalidParameterError(f"Invalid path: '{path}' cannot be followed to its end.") from None
