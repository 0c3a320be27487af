"""Divide raw rows into those that fit the schema and those that do not, with the reason. Pure."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn.errors import RowsError
from churn.raw.schema import COLUMNS, KEY, LABEL_VALUES, Column, Kind

ROWS_IN_MESSAGE = 5
REJECT_COLUMNS = ("row_number", KEY, "reason", "raw_row")
LARGEST_COUNT = 2**31 - 1  # what the bronze table's integers hold


@dataclass(frozen=True)
class RawRows:
    """What was read, before it is judged.

    Attributes:
        source: where the rows come from, for messages.
        rows: the columns of `churn.raw.schema` as text; the index is each row's number in the source, from 1, so that
            the first row below a header line has the number 2.
        broken: rows that could not be divided into columns; the columns of `REJECT_COLUMNS`.
    """

    source: str
    rows: pd.DataFrame
    broken: pd.DataFrame


@dataclass(frozen=True)
class ValidRows:
    """What was read, after it was judged.

    Attributes:
        accepted: typed rows, blank charges as missing.
        rejects: the columns of `REJECT_COLUMNS`, in the order of the source.
    """

    accepted: pd.DataFrame
    rejects: pd.DataFrame


def validate(raw: RawRows) -> ValidRows:
    """Judge every row: all faults of a row make its reason, and of rows with one key the first faultless one stays."""
    reasons = _reasons(raw.rows)
    faultless = raw.rows[reasons == ""]
    reasons.update(_duplicates(faultless[KEY]))
    refused = reasons != ""
    rejects = pd.concat([raw.broken, _rejects(raw.rows[refused], reasons[refused])]).sort_values("row_number")
    return ValidRows(accepted=_typed(raw.rows[~refused]), rejects=rejects.reset_index(drop=True))


def require_share(source: str, valid: ValidRows, max_reject_share: float) -> None:
    """Refuse rows of which too many were rejected.

    Raises:
        RowsError: there is no row at all, none was accepted, or the rejects' share of all rows is above the limit. The
            message names the first rows.
    """
    rejected, accepted = len(valid.rejects), len(valid.accepted)
    if not rejected + accepted:
        raise RowsError(f"{source} has a header but no rows: give a file with customers")
    share = rejected / (rejected + accepted)
    if accepted and share <= max_reject_share:
        return
    raise RowsError(
        f"{source}: {rejected} of {rejected + accepted} rows break the schema, more than "
        f"ingest.max_reject_share = {max_reject_share:g} allows: {_first(valid.rejects)}. "
        "Correct the rows, or raise ingest.max_reject_share to set them aside in the rejects table. "
        "The tables are unchanged"
    )


def _reasons(rows: pd.DataFrame) -> "pd.Series[str]":
    """One text a row; empty where the row has no fault by itself."""
    reasons = pd.Series("", index=rows.index, dtype=object)
    for column in COLUMNS:
        values = rows[column.name]
        for fault, sentence in _faults(column, values):
            found = fault.to_numpy()
            separator = np.where(reasons[found] == "", "", "; ")
            reasons[found] = reasons[found] + separator + column.name + " " + sentence(values[found])
    return reasons


Sentence = Callable[["pd.Series[str]"], "pd.Series[str] | str"]


def _faults(column: Column, values: "pd.Series[str]") -> Iterator[tuple["pd.Series[bool]", Sentence]]:
    blank = values.str.strip() == ""
    if column.kind is not Kind.CHARGE:
        yield blank, lambda _: "is blank"
    match column.kind:
        case Kind.LABEL:
            yield ~blank & ~values.isin(LABEL_VALUES), _quoted("neither Yes nor No")
        case Kind.FLAG:
            yield ~blank & ~values.isin(["0", "1"]), _quoted("neither 0 nor 1")
        case Kind.COUNT:
            yield ~blank & ~_is_count(values), _quoted("not a whole number of 0 or more")
        case Kind.CHARGE:
            yield ~blank & ~_is_charge(values), _quoted("neither blank nor a number of 0 or more")


def _quoted(verdict: str) -> Sentence:
    return lambda values: "is '" + values + "', " + verdict


def _is_count(values: "pd.Series[str]") -> "pd.Series[bool]":
    return values.str.fullmatch(r"[0-9]+") & (pd.to_numeric(values, errors="coerce") <= LARGEST_COUNT)


def _is_charge(values: "pd.Series[str]") -> "pd.Series[bool]":
    """Numbers as people write them: not `nan`, `inf` or `0x1F`, which Python would also take."""
    return values.str.fullmatch(r"\s*[0-9]*\.?[0-9]+([eE][+-]?[0-9]{1,2})?\s*")


def _duplicates(keys: "pd.Series[str]") -> "pd.Series[str]":
    """A reason for every row whose key an earlier row has."""
    repeated = keys[keys.duplicated()]
    numbers = keys.drop_duplicates()
    first = pd.Series(numbers.index, index=numbers)
    return f"{KEY} '" + repeated + "' is already in row " + repeated.map(first).astype(str)


def _rejects(rows: pd.DataFrame, reasons: "pd.Series[str]") -> pd.DataFrame:
    raw = [json.dumps(row, ensure_ascii=False) for row in rows.to_dict(orient="records")]
    return pd.DataFrame({"row_number": rows.index, KEY: rows[KEY], "reason": reasons, "raw_row": raw})


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    typed = {column.name: _as_type(column.kind, rows[column.name]) for column in COLUMNS}
    return pd.DataFrame(typed).reset_index(drop=True)


def _as_type(kind: Kind, values: "pd.Series[str]") -> "pd.Series[int] | pd.Series[float] | pd.Series[str]":
    match kind:
        case Kind.FLAG | Kind.COUNT:
            return values.astype("int32")
        case Kind.CHARGE:
            return pd.to_numeric(values.str.strip().replace("", None)).astype("float64")
        case _:
            return values


def _first(rejects: pd.DataFrame) -> str:
    first = rejects.head(ROWS_IN_MESSAGE)
    listed = "; ".join(f"row {number}: {reason}" for number, reason in zip(first.row_number, first.reason, strict=True))
    left = len(rejects) - len(first)
    return f"{listed}; and {left} more" if left else listed
