"""Writing and deleting so that nobody ever sees half of it."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread

Place = Callable[[], Path]
"""Says where a file goes once it is whole; raises where it may not go there any more."""


@contextmanager
def replacing(place: Place, scratch: Path) -> Iterator[BinaryIO]:
    """A file that goes to its place when the block ends well, and vanishes when it does not.

    Until then it is in `scratch`, a directory of the same file system.
    """
    descriptor, name = tempfile.mkstemp(dir=scratch)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as output:
            yield output
        unfinished.replace(place())
    finally:
        unfinished.unlink(missing_ok=True)


async def vanish(directory: Path, scratch: Path) -> None:
    """Delete a directory with all that is in it: for whoever looks, at once; the work is done off the event loop.

    Until then it is in `scratch`, a directory of the same file system.
    """
    grave = directory.replace(tempfile.mkdtemp(dir=scratch))
    await to_thread.run_sync(shutil.rmtree, grave)


async def write_stream(place: Place, scratch: Path, chunks: AsyncIterator[bytes]) -> None:
    """Write what arrives, off the event loop."""
    with replacing(place, scratch) as output:
        async for chunk in chunks:
            await to_thread.run_sync(output.write, chunk)
