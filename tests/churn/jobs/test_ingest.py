"""Raw customers become the bronze table, or the tables stay as they were."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from churn.config import Settings, load_settings
from churn.errors import ChurnError, RowsError, SourceError
from churn.jobs import ingest
from churn.raw.generator import generate
from churn.tables import current_version

CUSTOMERS = 50


@pytest.fixture
def customers(tmp_path: Path) -> pd.DataFrame:
    return generate(CUSTOMERS, seed=1).rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "customers.csv"


@pytest.fixture
def from_file(overrides: dict[str, Any], file: Path) -> Settings:
    """Settings that take the customers from the file."""
    return load_settings("local", overrides | {"ingest.source": str(file)})


def write(customers: pd.DataFrame, file: Path) -> None:
    customers.to_csv(file, index=False)


def bronze(settings: Settings) -> str:
    return settings.tables.full_name(settings.tables.bronze)


def rejects(settings: Settings) -> str:
    return settings.tables.full_name(settings.tables.rejects)


def test_generated_customers_are_written(spark: SparkSession, settings: Settings) -> None:
    ingest.run(settings, spark)

    assert spark.table(bronze(settings)).count() == settings.ingest.generator_rows
    assert spark.table(rejects(settings)).count() == 0


def test_bronze_has_the_columns_as_they_came_with_types(
    spark: SparkSession, from_file: Settings, customers: pd.DataFrame, file: Path
) -> None:
    customers.loc[1, "TotalCharges"] = " "
    write(customers, file)

    ingest.run(from_file, spark)

    table = spark.table(bronze(from_file))
    assert table.columns == list(customers.columns)
    assert dict(table.dtypes)["tenure"] == "int"
    assert dict(table.dtypes)["TotalCharges"] == "double"
    assert table.where("TotalCharges IS NULL").select("customerID").collect() == [(customers.loc[1, "customerID"],)]
    assert table.count() == CUSTOMERS


def test_a_second_ingest_replaces_the_first(
    spark: SparkSession, from_file: Settings, customers: pd.DataFrame, file: Path
) -> None:
    for rows in (customers, customers.head(20)):
        write(rows, file)
        ingest.run(from_file, spark)

    assert spark.table(bronze(from_file)).count() == 20


def test_broken_rows_go_to_the_rejects_with_reason_and_raw_row(
    spark: SparkSession, overrides: dict[str, Any], customers: pd.DataFrame, file: Path
) -> None:
    customers.loc[3, "Churn"] = "Maybe"
    customers.loc[5, "customerID"] = customers.loc[4, "customerID"]
    write(customers, file)
    settings = load_settings("local", overrides | {"ingest.source": str(file), "ingest.max_reject_share": 0.1})

    ingest.run(settings, spark)

    assert spark.table(bronze(settings)).count() == CUSTOMERS - 2
    found = spark.table(rejects(settings)).sort("row_number").collect()
    assert [(row.row_number, row.reason) for row in found] == [
        (4, "Churn is 'Maybe', neither Yes nor No"),
        (6, f"customerID '{customers.loc[4, 'customerID']}' is already in row 5"),
    ]
    assert found[0].customerID == customers.loc[3, "customerID"]
    assert json.loads(found[0].raw_row)["Churn"] == "Maybe"


def without_tenure(rows: pd.DataFrame, file: Path) -> None:
    write(rows.drop(columns="tenure"), file)


def with_a_duplicate(rows: pd.DataFrame, file: Path) -> None:
    write(pd.concat([rows, rows.head(1)]), file)


def with_an_unknown_label(rows: pd.DataFrame, file: Path) -> None:
    write(rows.assign(Churn=["Maybe", *rows["Churn"][1:]]), file)


def empty(_: pd.DataFrame, file: Path) -> None:
    file.write_bytes(b"")


def header_only(rows: pd.DataFrame, file: Path) -> None:
    write(rows.head(0), file)


def missing(_: pd.DataFrame, file: Path) -> None:
    file.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (without_tenure, SourceError, r"customers\.csv lacks the column tenure: add it"),
        (
            with_a_duplicate,
            RowsError,
            r"customers\.csv: 1 of 51 .*: row 52: customerID '.*' is already in row 2\. Correct",
        ),
        (
            with_an_unknown_label,
            RowsError,
            r"customers\.csv: 1 of 50 .*: row 2: Churn is 'Maybe', neither Yes nor No\. Cor",
        ),
        (empty, SourceError, r"customers\.csv is empty: give a CSV file"),
        (header_only, RowsError, r"customers\.csv has a header but no rows: give a file"),
        (missing, SourceError, r"There is no file .*customers\.csv: correct ingest\.source"),
    ],
)
def test_bad_input_is_named_and_the_tables_stay_as_they_were(
    spark: SparkSession,
    from_file: Settings,
    customers: pd.DataFrame,
    file: Path,
    spoil: Any,
    error: type[ChurnError],
    message: str,
) -> None:
    write(customers, file)
    ingest.run(from_file, spark)
    before = {name: current_version(spark, name) for name in (bronze(from_file), rejects(from_file))}
    spoil(customers, file)

    with pytest.raises(error, match=message):
        ingest.run(from_file, spark)

    assert {name: current_version(spark, name) for name in before} == before


def test_bad_input_leaves_nothing_behind_where_there_was_nothing(
    spark: SparkSession, from_file: Settings, database: str
) -> None:
    with pytest.raises(SourceError):
        ingest.run(from_file, spark)

    assert spark.catalog.listTables(database) == []


def test_what_was_read_and_written_is_said(
    spark: SparkSession, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest.run(settings, spark)

    said = capsys.readouterr().out
    assert "Read 400 rows from generator (400 rows, seed 42)" in said
    assert f"Wrote 400 rows to {bronze(settings)}" in said
