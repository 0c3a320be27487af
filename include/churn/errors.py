"""Errors that this package raises on purpose: each message names the object, the value and the remedy."""

CHARACTERS_OF_AN_ERROR = 300


class ChurnError(Exception):
    """Root of all errors that the package raises on purpose."""


class ConfigError(ChurnError):
    """A configuration file, key or value cannot be used."""


class SourceError(ChurnError):
    """The source of raw rows cannot be read, or is not a table with the expected columns."""


class RowsError(ChurnError):
    """Too many raw rows break the schema, or too few are left to work with."""


class TableError(ChurnError):
    """A table that a job needs is missing, or does not fit."""


class FeatureStoreError(ChurnError):
    """A request to the feature store cannot be met."""


class RegistryError(ChurnError):
    """The model registry does not hold what a job needs."""


class DeletionRefusedError(ChurnError):
    """Something in use would be deleted, and the run does not say so by name."""


class WorkspaceError(ChurnError):
    """The workspace cannot be reached, or refuses what is asked of it."""


class ShippingError(ChurnError):
    """A wheel cannot be built, is not what it should be, or would take a released one's place."""


class RecordError(ChurnError):
    """Records of decisions cannot be found or read."""


def in_one_line(error: Exception) -> str:
    """What another library says, short enough for a sentence of ours."""
    return " ".join(str(error).split())[:CHARACTERS_OF_AN_ERROR]
