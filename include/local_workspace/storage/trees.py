"""The three trees of files: volumes, DBFS and the workspace's own. They differ in paths and in what they answer."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from local_workspace.errors import (
    AlreadyExistsError,
    ApiError,
    DirectoryNotEmptyError,
    InvalidParameterError,
    IoError,
    NotFoundError,
    ResourceAlreadyExistsError,
    ResourceNotFoundError,
)
from local_workspace.root import Root
from local_workspace.storage import places
from local_workspace.storage.writing import vanish


@dataclass(frozen=True)
class Tree(ABC):
    """Files and directories by the paths that clients give. Every method raises what `missing`, ... make."""

    root: Root

    @property
    @abstractmethod
    def base(self) -> Path: ...

    @abstractmethod
    def locate(self, path: str) -> Path:
        """The file that a path means, whether there is one or not.

        Raises:
            InvalidParameterError: it means none of this tree.
        """

    @abstractmethod
    def missing(self, path: str, what: str) -> ApiError: ...

    @abstractmethod
    def taken(self, path: str) -> ApiError: ...

    @abstractmethod
    def not_empty(self, path: str) -> ApiError: ...

    def existing(self, path: str) -> Path:
        """A file or a directory."""
        found = self.locate(path)
        if not found.exists():
            raise self.missing(path, "file or directory")
        return found

    def file(self, path: str) -> Path:
        file = self.locate(path)
        if not file.is_file():
            raise self.missing(path, "file")
        return file

    def directory(self, path: str) -> Path:
        directory = self.locate(path)
        if not directory.is_dir():
            raise self.missing(path, "directory")
        return directory

    def place_for(self, path: str, *, overwrite: bool) -> Path:
        """Where a file may be written; checked again after a long upload. The directories before it are made."""
        file = self.locate(path)
        if file.is_dir():
            raise InvalidParameterError(f"The path is a directory: '{path}'")
        if file.exists() and not overwrite:
            raise self.taken(path)
        self._make(file.parent, path)
        return file

    def make_directory(self, path: str) -> None:
        self._make(self.locate(path), path)

    def _make(self, directory: Path, path: str) -> None:
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise self.taken(path) from None

    def children(self, directory: Path) -> list[Path]:
        """What is in a directory, by name; links are not shown, since they may lead anywhere."""
        return sorted(entry for entry in directory.iterdir() if not entry.is_symlink())

    async def delete(self, path: str, *, recursive: bool) -> None:
        found = self.existing(path)
        if found == self.base:
            raise InvalidParameterError(f"The root directory cannot be deleted: '{path}'")
        if found.is_symlink() or not found.is_dir():
            found.unlink()
        elif not recursive and any(found.iterdir()):
            raise self.not_empty(path)
        else:
            await vanish(found, self.root.uploads)

    def move(self, path: str, target: str) -> None:
        """Move a file or a directory to a path that nothing has."""
        found, place = self.existing(path), self.locate(target)
        if found == self.base or place.is_relative_to(found):
            raise InvalidParameterError(f"'{path}' cannot be moved to '{target}', which is the same or within it.")
        if place.exists():
            raise self.taken(target)
        self._make(place.parent, target)
        found.rename(place)


class Volumes(Tree):
    """`/Volumes/<catalog>/<schema>/<volume>/...`; a volume comes into being with its first file."""

    @property
    def base(self) -> Path:
        return self.root.volumes

    def locate(self, path: str) -> Path:
        return places.in_volume(self.root, path)

    def missing(self, path: str, what: str) -> ApiError:
        return NotFoundError(f"The {what} being accessed is not found: {path}")

    def taken(self, path: str) -> ApiError:
        return AlreadyExistsError(f"The file or directory being created already exists: {path}")

    def not_empty(self, path: str) -> ApiError:
        return DirectoryNotEmptyError(f"The directory being deleted is not empty: {path}")


class Dbfs(Tree):
    """`dbfs:/...`."""

    @property
    def base(self) -> Path:
        return self.root.dbfs

    def locate(self, path: str) -> Path:
        return places.in_dbfs(self.root, path)

    def missing(self, path: str, what: str) -> ApiError:
        return ResourceNotFoundError(f"No {what} exists on path {path}.")

    def taken(self, path: str) -> ApiError:
        return ResourceAlreadyExistsError(f"A file or directory already exists at the input path {path}.")

    def not_empty(self, path: str) -> ApiError:
        return IoError(f"The directory {path} is not empty. Set 'recursive' to delete what is in it.")


class WorkspaceTree(Tree):
    """`/Users/...`, `/Shared/...`; the home of the workspace's user is always there."""

    @property
    def base(self) -> Path:
        return self.root.files

    def locate(self, path: str) -> Path:
        return places.in_workspace(self.root, path)

    def missing(self, path: str, what: str) -> ApiError:
        return ResourceNotFoundError(f"Path ({path}) of a {what} doesn't exist.")

    def taken(self, path: str) -> ApiError:
        return ResourceAlreadyExistsError(f"Path ({path}) already exists.")

    def not_empty(self, path: str) -> ApiError:
        return DirectoryNotEmptyError(f"Folder ({path}) is not empty")

    def place_for(self, path: str, *, overwrite: bool) -> Path:
        parent = self.locate(path).parent
        if not parent.is_dir():
            raise ResourceNotFoundError(f"The parent folder ({path.rstrip('/').rpartition('/')[0]}) does not exist.")
        return super().place_for(path, overwrite=overwrite)
