"""Which customers are held out for the gate: a salted hash of the key decides, so that the answer never changes."""

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from pyspark.sql import Column

HEX_DIGITS = 13  # 52 bits of the hash: as much as a float holds exactly


class Holdout(NamedTuple):
    """About which share of customers is held out, and the salt that says which."""

    share: float
    salt: str

    def column(self, key: "Column") -> "Column":
        """Whether a customer is held out, in Spark.

        The first digits of SHA-256, read as a fraction, are compared with the share as text of equal length.
        """
        digest = F.sha2(F.concat(F.lit(f"{self.salt}:"), key.cast("string")), 256)
        return F.substring(digest, 1, HEX_DIGITS) < F.lit(self._limit)

    def includes(self, key: str) -> bool:
        """The same for one key in plain Python."""
        return hashlib.sha256(f"{self.salt}:{key}".encode()).hexdigest()[:HEX_DIGITS] < self._limit

    @property
    def _limit(self) -> str:
        return f"{int(self.share * 16**HEX_DIGITS):0{HEX_DIGITS}x}"
