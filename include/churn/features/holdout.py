"""Which customers are held out for the gate: a salted hash of the key decides, so that the answer never changes."""

import hashlib
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812 (what Spark's own documentation calls it)

if TYPE_CHECKING:
    from pyspark.sql import Column

HEX_DIGITS = 13  # 52 bits of the hash: as much as a float holds exactly


def held_out(key: "Column", share: float, salt: str) -> "Column":
    """Whether a customer belongs to the reference table; about `share` of all do.

    The first digits of SHA-256, read as a fraction, are compared with the share as text of equal length.
    """
    digest = F.sha2(F.concat(F.lit(_salted("", salt)), key.cast("string")), 256)
    return F.substring(digest, 1, HEX_DIGITS) < F.lit(_limit(share))


def is_held_out(key: str, share: float, salt: str) -> bool:
    """The same for one key in plain Python."""
    digest = hashlib.sha256(_salted(key, salt).encode()).hexdigest()
    return digest[:HEX_DIGITS] < _limit(share)


def _salted(key: str, salt: str) -> str:
    return f"{salt}:{key}"


def _limit(share: float) -> str:
    return f"{int(share * 16**HEX_DIGITS):0{HEX_DIGITS}x}"
