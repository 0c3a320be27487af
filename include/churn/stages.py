"""Stages of a model version, and the aliases that stand for them in Unity Catalog. Light: nothing else is imported."""

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """Where a version is in its life. The values are those of the workspace registry."""

    NONE = "None"
    STAGING = "Staging"
    PRODUCTION = "Production"
    ARCHIVED = "Archived"


# Unity Catalog has aliases in place of stages; a version without either is in no stage, or was archived.
ALIASES: Mapping[Stage, str] = {Stage.STAGING: "challenger", Stage.PRODUCTION: "champion"}
