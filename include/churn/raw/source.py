"""The rows of the configured source, judged: what ingest writes, and what demo-setup wants to know of beforehand."""

from typing import TYPE_CHECKING

from churn.progress import say
from churn.raw.generator import generate
from churn.raw.reading import read_csv
from churn.raw.validation import RawRows, ValidRows, require_share, validate

if TYPE_CHECKING:
    from churn.config.settings import IngestSettings

GENERATOR = "generator"


def read_valid(settings: "IngestSettings") -> ValidRows:
    """Read and validate; nothing is written.

    Raises:
        SourceError: the source cannot be read.
        RowsError: too many rows break the schema.
    """
    raw = _read(settings)
    say(f"Read {len(raw.rows) + len(raw.broken):,} rows from {raw.source}")
    valid = validate(raw)
    require_share(raw.source, valid, settings.max_reject_share)
    return valid


def _read(settings: "IngestSettings") -> RawRows:
    if settings.source == GENERATOR:
        return generate(settings.generator_rows, settings.generator_seed)
    return read_csv(settings.source)
