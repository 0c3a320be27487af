"""The 21 columns of a raw customer, as the IBM Telco dataset has them."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column may hold."""

    KEY = "key"  # not blank, no two alike
    TEXT = "text"  # not blank
    FLAG = "flag"  # 0 or 1
    COUNT = "count"  # a whole number, 0 or more
    CHARGE = "charge"  # a number, 0 or more, or blank
    LABEL = "label"  # Yes or No


@dataclass(frozen=True)
class Column:
    """A raw column and its type in the bronze table."""

    name: str
    kind: Kind

    @property
    def sql_type(self) -> str:
        """The type in Spark SQL."""
        return {Kind.FLAG: "int", Kind.COUNT: "int", Kind.CHARGE: "double"}.get(self.kind, "string")


KEY = "customerID"
LABEL = "Churn"
LABEL_VALUES = ("Yes", "No")

COLUMNS = (
    Column(KEY, Kind.KEY),
    Column("gender", Kind.TEXT),
    Column("SeniorCitizen", Kind.FLAG),
    Column("Partner", Kind.TEXT),
    Column("Dependents", Kind.TEXT),
    Column("tenure", Kind.COUNT),  # months
    Column("PhoneService", Kind.TEXT),
    Column("MultipleLines", Kind.TEXT),
    Column("InternetService", Kind.TEXT),
    Column("OnlineSecurity", Kind.TEXT),
    Column("OnlineBackup", Kind.TEXT),
    Column("DeviceProtection", Kind.TEXT),
    Column("TechSupport", Kind.TEXT),
    Column("StreamingTV", Kind.TEXT),
    Column("StreamingMovies", Kind.TEXT),
    Column("Contract", Kind.TEXT),
    Column("PaperlessBilling", Kind.TEXT),
    Column("PaymentMethod", Kind.TEXT),
    Column("MonthlyCharges", Kind.CHARGE),  # dollars
    Column("TotalCharges", Kind.CHARGE),  # dollars; blank for customers in their first month
    Column(LABEL, Kind.LABEL),
)
NAMES = tuple(column.name for column in COLUMNS)

BRONZE_SCHEMA = ", ".join(f"{column.name} {column.sql_type}" for column in COLUMNS)
REJECTS_SCHEMA = "row_number bigint, customerID string, reason string, raw_row string"
