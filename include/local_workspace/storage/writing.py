"""Writing files so that nobody ever sees half of one."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread

_UNFINISHED = ".unfinished-"


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A file that takes the target's place when the block ends well, and vanishes when it does not."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=_UNFINISHED)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as output:
            yield output
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def is_unfinished(path: Path) -> bool:
    """Whether a file is one that is still being written."""
    return path.name.startswith(_UNFINISHED)


async def write_stream(target: Path, chunks: AsyncIterator[bytes]) -> None:
    """Write what arrives, off the event loop."""
    with replacing(target) as output:
        async for chunk in chunks:
            await to_thread.run_sync(output.write, chunk)
