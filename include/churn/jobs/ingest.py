"""Read raw customers, set broken rows aside, and put both in the place of the old tables."""

from typing import TYPE_CHECKING

from churn.progress import say
from churn.raw.schema import BRONZE_SCHEMA, REJECTS_SCHEMA
from churn.raw.source import read_valid
from churn.tables import create_database, replace_table_with_rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from churn.config.settings import Settings


def run(settings: "Settings", spark: "SparkSession") -> None:
    """Replace the bronze and the rejects table.

    Raises:
        SourceError: the source cannot be read.
        RowsError: too many rows break the schema. The tables stay as they were.
    """
    valid = read_valid(settings.ingest)

    tables = settings.tables
    create_database(spark, tables.database)
    replace_table_with_rows(spark, valid.rejects, REJECTS_SCHEMA, tables.full_name(tables.rejects))
    replace_table_with_rows(spark, valid.accepted, BRONZE_SCHEMA, tables.full_name(tables.bronze))
    say(f"Wrote {len(valid.accepted):,} rows to {tables.full_name(tables.bronze)}")
    say(f"Wrote {len(valid.rejects):,} rejected rows to {tables.full_name(tables.rejects)}")
