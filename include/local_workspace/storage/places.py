"""From the paths that clients name to files below the root, and never elsewhere."""

from pathlib import Path

from local_workspace.errors import InvalidParameterError
from local_workspace.root import Root


def inside(base: Path, path: str) -> Path:
    """Return the file that `path` names below `base`.

    Raises:
        InvalidParameterError: the path has a part that leads elsewhere, by its text or through a symbolic link.
    """
    parts = [part for part in path.split("/") if part]
    if "\0" in path or any(part in {".", ".."} for part in parts):
        raise InvalidParameterError(f"Invalid path: '{path}' must not contain '.', '..' or a null character.")
    file = base.joinpath(*parts)
    if not file.resolve().is_relative_to(base.resolve()):
        raise InvalidParameterError(f"Invalid path: '{path}' leads out of the storage.")
    return file


def in_volume(root: Root, path: str) -> Path:
    """A file of a volume, by `/Volumes/<catalog>/<schema>/<volume>/...`."""
    parts = [part for part in path.split("/") if part]
    if len(parts) < 4 or parts[0] != "Volumes":
        raise InvalidParameterError(
            f"Invalid path: '{path}' is not in a volume; expected /Volumes/<catalog>/<schema>/<volume>/..."
        )
    return inside(root.volumes, "/".join(parts[1:]))


def anywhere(root: Root, path: str) -> Path:
    """A file by the path that a job would give: a volume, the workspace tree or DBFS."""
    if path.startswith("/Volumes/"):
        return in_volume(root, path)
    if path.startswith("/Workspace/"):
        return inside(root.files, path.removeprefix("/Workspace/"))
    for prefix in ("dbfs:", "/dbfs/"):
        if path.startswith(prefix):
            rest = path.removeprefix(prefix)
            return anywhere(root, rest) if rest.startswith("/Volumes/") else inside(root.dbfs, rest)
    raise InvalidParameterError(f"Invalid path: '{path}' must begin with /Volumes/, /Workspace/ or dbfs:/.")
