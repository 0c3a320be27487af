"""Which raw rows are accepted, and what is said about the others."""

import json

import numpy as np
import pandas as pd
import pytest

from churn.errors import RowsError
from churn.raw.schema import COLUMNS, NAMES
from churn.raw.validation import RawRows, require_share, validate


def reasons(raw: RawRows) -> dict[int, str]:
    rejects = validate(raw).rejects
    return dict(zip(rejects["row_number"], rejects["reason"], strict=True))


def test_faultless_rows_are_all_accepted(raw: RawRows) -> None:
    valid = validate(raw)

    assert len(valid.accepted) == 5
    assert valid.rejects.empty


def test_accepted_rows_have_the_types_of_the_schema(raw: RawRows) -> None:
    accepted = validate(raw).accepted

    assert tuple(accepted.columns) == NAMES
    assert accepted["tenure"].dtype == np.int32
    assert accepted["MonthlyCharges"].dtype == np.float64
    assert {column.sql_type for column in COLUMNS} == {"string", "int", "double"}


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("customerID", "", "customerID is blank"),
        ("customerID", "  ", "customerID is blank"),
        ("Churn", "Maybe", "Churn is 'Maybe', neither Yes nor No"),
        ("Churn", "yes", "Churn is 'yes', neither Yes nor No"),
        ("Churn", "", "Churn is blank"),
        ("SeniorCitizen", "2", "SeniorCitizen is '2', neither 0 nor 1"),
        ("tenure", "-1", "tenure is '-1', not a whole number of 0 or more"),
        ("tenure", "1.5", "tenure is '1.5', not a whole number of 0 or more"),
        ("tenure", "99999999999", "tenure is '99999999999', not a whole number of 0 or more"),
        ("tenure", "", "tenure is blank"),
        ("MonthlyCharges", "abc", "MonthlyCharges is 'abc', neither blank nor a number of 0 or more"),
        ("TotalCharges", "nan", "TotalCharges is 'nan', neither blank nor a number of 0 or more"),
        ("TotalCharges", "inf", "TotalCharges is 'inf', neither blank nor a number of 0 or more"),
        ("TotalCharges", "-3", "TotalCharges is '-3', neither blank nor a number of 0 or more"),
        ("TotalCharges", "1,000", "TotalCharges is '1,000', neither blank nor a number of 0 or more"),
        ("Contract", "", "Contract is blank"),
    ],
)
def test_a_broken_value_is_named(raw: RawRows, column: str, value: str, reason: str) -> None:
    raw.rows.loc[4, column] = value

    assert reasons(raw) == {4: reason}


@pytest.mark.parametrize("blank", ["", " ", "   "])
@pytest.mark.parametrize("column", ["MonthlyCharges", "TotalCharges"])
def test_a_blank_charge_is_missing_not_broken(raw: RawRows, column: str, blank: str) -> None:
    """Customers in their first month have not been charged: the real data writes a single space."""
    raw.rows.loc[3, column] = blank

    valid = validate(raw)

    assert valid.rejects.empty
    assert valid.accepted[column].isna().tolist() == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("text", "number"), [("70", 70.0), ("70.35", 70.35), (" 70.35 ", 70.35), (".5", 0.5), ("1e3", 1000)]
)
def test_charges_are_numbers_as_people_write_them(raw: RawRows, text: str, number: float) -> None:
    raw.rows.loc[2, "MonthlyCharges"] = text

    assert validate(raw).accepted["MonthlyCharges"][0] == number


def test_all_faults_of_a_row_are_its_reason(raw: RawRows) -> None:
    raw.rows.loc[5, ["tenure", "Churn"]] = ["x", "y"]

    assert reasons(raw) == {5: "tenure is 'x', not a whole number of 0 or more; Churn is 'y', neither Yes nor No"}


def test_of_two_rows_with_one_key_the_first_stays(raw: RawRows) -> None:
    raw.rows.loc[[4, 6], "customerID"] = "b"

    valid = validate(raw)

    assert valid.accepted["customerID"].tolist() == ["a", "b", "d"]
    assert valid.rejects["reason"].tolist() == ["customerID 'b' is already in row 3"] * 2
    assert valid.rejects["row_number"].tolist() == [4, 6]


def test_a_row_that_is_broken_itself_makes_no_other_a_duplicate(raw: RawRows) -> None:
    raw.rows.loc[3, "Churn"] = "Maybe"
    raw.rows.loc[5, "customerID"] = "b"

    assert reasons(raw) == {3: "Churn is 'Maybe', neither Yes nor No"}


def test_a_reject_carries_key_and_raw_row(raw: RawRows) -> None:
    raw.rows.loc[4, ["customerID", "Churn"]] = ["zoë", "Maybe"]

    (reject,) = validate(raw).rejects.to_dict(orient="records")

    assert reject["customerID"] == "zoë"
    assert json.loads(reject["raw_row"]) == raw.rows.loc[4].to_dict()


def test_rows_that_were_broken_before_are_rejects_in_the_order_of_the_file(raw: RawRows) -> None:
    raw.rows.loc[6, "Churn"] = "Maybe"
    broken = pd.DataFrame([(3, None, "has 2 fields, not 21", '"a,b"')], columns=raw.broken.columns)
    rows = RawRows(raw.source, raw.rows.drop(index=3), broken)

    assert list(reasons(rows)) == [3, 6]


def test_no_reject_is_allowed_by_a_share_of_zero(raw: RawRows) -> None:
    raw.rows.loc[4, "Churn"] = "Maybe"
    raw.rows.loc[6, "customerID"] = "a"

    with pytest.raises(RowsError) as caught:
        require_share("customers.csv", validate(raw), 0.0)

    message = str(caught.value)
    assert "customers.csv: 2 of 5 rows" in message
    assert "row 4: Churn is 'Maybe', neither Yes nor No" in message
    assert "row 6: customerID 'a' is already in row 2" in message
    assert "raise ingest.max_reject_share" in message


def test_rejects_up_to_the_share_are_allowed(raw: RawRows) -> None:
    raw.rows.loc[4, "Churn"] = "Maybe"
    valid = validate(raw)

    require_share("customers.csv", valid, 0.2)
    with pytest.raises(RowsError, match=r"max_reject_share = 0\.19"):
        require_share("customers.csv", valid, 0.19)


def test_a_message_names_the_first_rows_and_counts_the_others(raw: RawRows) -> None:
    rows = pd.concat([raw.rows] * 2, ignore_index=True).assign(Churn="Maybe")
    valid = validate(RawRows("customers.csv", rows, raw.broken))

    with pytest.raises(RowsError, match=r"row 4: Churn is 'Maybe', neither Yes nor No; and 5 more\. "):
        require_share("customers.csv", valid, 0.5)


def test_no_rows_at_all_are_refused(raw: RawRows) -> None:
    empty = RawRows("customers.csv", raw.rows.iloc[:0], raw.broken)

    with pytest.raises(RowsError, match=r"customers\.csv has a header but no rows"):
        require_share("customers.csv", validate(empty), 1.0)


def test_only_broken_rows_are_refused_whatever_the_share(raw: RawRows) -> None:
    with pytest.raises(RowsError, match="5 of 5 rows"):
        require_share("customers.csv", validate(RawRows("x", raw.rows.assign(tenure="x"), raw.broken)), 1.0)
