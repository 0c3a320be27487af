"""Read raw rows from a CSV file: a path, a `/Volumes/...` path or a URL."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.csv as csv
import requests

from churn.errors import SourceError
from churn.raw.schema import NAMES
from churn.raw.validation import REJECT_COLUMNS, RawRows

CONNECT_AND_READ_SECONDS = (10, 120)
VOLUMES = "/Volumes/"
FIRST_ROW = 2  # rows count from 1, and the header is the first
ALL_AS_TEXT = csv.ConvertOptions(column_types=dict.fromkeys(NAMES, pa.string()), include_columns=NAMES)


def read_csv(source: str) -> RawRows:
    """All rows of a CSV file with a header line, as text. Columns that the schema does not know are left out.

    Args:
        source: an `http(s)://` URL, or a path that the machine of the run can read; a `/Volumes/...` path that is not
            mounted there is read through the Files API.

    Raises:
        SourceError: the file cannot be read, is empty, or is not a CSV file with all columns of the schema.
    """
    content = _fetch(source)
    if not content.strip():
        raise SourceError(f"{source} is empty: give a CSV file with a header line and a row for each customer")
    _require_text(source, content)
    _require_columns(source, _header(source, content))
    return _parse(source, content)


def _fetch(source: str) -> bytes:
    if source.startswith(("http://", "https://")):
        return _download(source)
    if "://" in source or source.startswith("dbfs:"):
        raise SourceError(f"Cannot read {source}: give a path, a /Volumes/ path or an http(s) URL of a CSV file")
    path = Path(source)
    if source.startswith(VOLUMES) and not path.exists():
        return _volume_file(source)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"There is no file {source}{_looked_at(path)}: correct ingest.source") from None
    except OSError as error:
        raise SourceError(f"Cannot read {source}: {error.strerror}; give the path of a CSV file") from error


def _looked_at(path: Path) -> str:
    return "" if path.is_absolute() else f" in {Path.cwd()} (a relative path starts where the job runs)"


def _download(url: str) -> bytes:
    try:
        response = requests.get(url, timeout=CONNECT_AND_READ_SECONDS)
        response.raise_for_status()
    except requests.RequestException as error:
        raise SourceError(
            f"Cannot download {url}: {error}. Check ingest.source, and that the job can reach it"
        ) from error
    return response.content


def _volume_file(path: str) -> bytes:
    from databricks.sdk import WorkspaceClient  # half a second, and only a volume that is not mounted needs it
    from databricks.sdk.errors import DatabricksError, NotFound

    try:
        contents: BinaryIO | None = WorkspaceClient().files.download(path).contents
    except NotFound:
        raise SourceError(f"There is no file {path}: upload it to the volume or correct ingest.source") from None
    except (DatabricksError, ValueError) as error:  # ValueError: the SDK found no host or credentials
        raise SourceError(f"Cannot read {path}: it is not mounted, and the Files API says: {error}") from error
    return contents.read() if contents else b""


def _require_text(source: str, content: bytes) -> None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{source} is not a text file in UTF-8: row {row} has the byte {content[error.start]:#04x}; "
            "give a CSV file, saved as UTF-8"
        ) from error


def _header(source: str, content: bytes) -> list[str]:
    first_line = content.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)[0]
    try:
        table = csv.read_csv(io.BytesIO(first_line), csv.ReadOptions(autogenerate_column_names=True))
    except pa.ArrowInvalid as error:
        raise SourceError(f"{source} is not a CSV file: its first line is {first_line[:80]!r}") from error
    return [str(column[0]) for column in table.columns]


def _require_columns(source: str, header: Sequence[str]) -> None:
    missing = [name for name in NAMES if name not in header]
    if len(missing) == len(NAMES):
        raise SourceError(
            f"{source} is not a CSV file of customers: its first line has none of the columns {', '.join(NAMES)}; "
            f"it begins with {','.join(header)[:80]!r}"
        )
    if missing:
        raise SourceError(f"{source} lacks the column {', '.join(missing)}: add it to the header and to every row")
    if repeated := sorted({name for name in NAMES if header.count(name) > 1}):
        raise SourceError(f"{source} has the column {', '.join(repeated)} more than once: keep one")


def _parse(source: str, content: bytes) -> RawRows:
    broken: list[csv.InvalidRow] = []

    def set_aside(row: csv.InvalidRow) -> str:
        broken.append(row)
        return "skip"

    parse = csv.ParseOptions(invalid_row_handler=set_aside, ignore_empty_lines=False)
    try:
        # One thread: only then does the handler learn the rows' numbers.
        table = csv.read_csv(io.BytesIO(content), csv.ReadOptions(use_threads=False), parse, ALL_AS_TEXT)
    except pa.ArrowInvalid as error:
        raise SourceError(f"{source} cannot be read as CSV: {error}; save it anew as plain CSV") from error
    rows = table.to_pandas()
    rows.index = _numbers_without(pd.Index([row.number for row in broken]), len(rows))
    return RawRows(source, _without_blank_lines(rows), _as_rejects(broken))


def _numbers_without(broken: "pd.Index[int]", rows: int) -> "pd.Index[int]":
    """The row numbers of those that could be divided into columns."""
    return pd.RangeIndex(FIRST_ROW, FIRST_ROW + rows + len(broken)).difference(broken)


def _without_blank_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Editors leave empty lines, spreadsheets lines of separators: neither is a customer."""
    return rows[(rows != "").any(axis="columns")]


def _as_rejects(broken: Sequence[csv.InvalidRow]) -> pd.DataFrame:
    rows = [
        (row.number, None, f"has {row.actual_columns} fields, not {row.expected_columns}", json.dumps(row.text))
        for row in broken
    ]
    return pd.DataFrame(rows, columns=REJECT_COLUMNS)
