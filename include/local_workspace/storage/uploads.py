"""Uploads that take several requests: their pieces until the file is whole. They outlive a restart."""

import json
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from anyio import to_thread

from local_workspace.storage.writing import Place, replacing, write_stream

KEPT_SECONDS = 7 * 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{15}")
_ORDER = "order.json"


@dataclass(frozen=True)
class Upload:
    """What was asked for when it began."""

    path: str
    overwrite: bool


@dataclass(frozen=True)
class Uploads:
    """One directory for each upload, named by a token that cannot be guessed."""

    directory: Path

    def begin(self, upload: Upload) -> str:
        """Return the token of a new upload. Those that nobody finished in a week are forgotten."""
        self._forget_old()
        token = secrets.token_hex(8)[1:]  # is also a positive number of 64 bits, as DBFS wants
        (self.directory / token).mkdir(mode=0o700)
        (self.directory / token / _ORDER).write_text(json.dumps(asdict(upload)))
        return token

    def find(self, token: str) -> Upload | None:
        """The upload of a token, if there is one that was neither completed nor aborted."""
        order = self.directory / token / _ORDER
        return Upload(**json.loads(order.read_text())) if _TOKEN.fullmatch(token) and order.exists() else None

    async def write_part(self, token: str, number: int, chunks: AsyncIterator[bytes]) -> None:
        """Take a part in; one of the same number before it is replaced.

        Raises:
            FileNotFoundError: the upload has ended meanwhile.
        """
        await write_stream(lambda: self._part(token, number), self.directory, chunks)

    def append(self, token: str, block: bytes) -> None:
        """Add to the one part of an upload that comes in order."""
        with self._part(token, 1).open("ab") as part:
            part.write(block)

    def has(self, token: str, number: int) -> bool:
        return self._part(token, number).exists()

    async def complete(self, token: str, numbers: Iterable[int], place: Place) -> None:
        """Put the parts in this order into their place, and end the upload whether that succeeds or not."""
        # At once, so that whoever asks next finds no upload; the rest off the event loop.
        ending = (self.directory / token).rename(self.directory / f"{token}.ending")
        await to_thread.run_sync(self._join, ending, numbers, place)

    def _join(self, ending: Path, numbers: Iterable[int], place: Place) -> None:
        try:
            with replacing(place, self.directory) as whole:
                for number in numbers:
                    with (ending / str(number)).open("rb") as part:
                        shutil.copyfileobj(part, whole, 1024 * 1024)
        finally:
            shutil.rmtree(ending)

    def abort(self, token: str) -> None:
        shutil.rmtree(self.directory / token)

    def _part(self, token: str, number: int) -> Path:
        return self.directory / token / str(number)

    def _forget_old(self) -> None:
        for left in self.directory.iterdir():
            with suppress(FileNotFoundError):  # what another thread completes goes meanwhile
                if left.stat().st_mtime < time.time() - KEPT_SECONDS:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
