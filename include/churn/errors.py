"""Errors that this package raises on purpose: each message names the object, the value and the remedy."""


class ChurnError(Exception):
    """Root of all errors that the package raises on purpose."""


class ConfigError(ChurnError):
    """A configuration file, key or value cannot be used."""
