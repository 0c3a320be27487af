"""Stages of a model version, and how the registry writes them down in either mode. Pure: no request is made here."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from churn.config import RegistryMode


class Stage(StrEnum):
    """Where a version is in its life. The values are those of the workspace registry."""

    NONE = "None"
    STAGING = "Staging"
    PRODUCTION = "Production"
    ARCHIVED = "Archived"


# Unity Catalog has aliases in place of stages; a version without either is in no stage, or was archived.
ALIASES: Mapping[Stage, str] = {Stage.STAGING: "challenger", Stage.PRODUCTION: "champion"}


def occupant(mode: RegistryMode, registered_model: Mapping[str, Any], stage: Stage) -> str | None:
    """The newest version in a stage, or None.

    Args:
        mode: how the registry marks stages.
        registered_model: what `registered-models/get` answered.
        stage: the stage to look at; with aliases Staging or Production.
    """
    if mode is RegistryMode.ALIASES:
        return _by_alias(registered_model).get(stage)
    for version in registered_model.get("latest_versions", []):
        if version["current_stage"] == stage:
            return str(version["version"])
    return None


def stage_of_alias(registered_model: Mapping[str, Any], version: str) -> Stage:
    """The stage that a version's aliases stand for."""
    stages = {number: stage for stage, number in _by_alias(registered_model).items()}
    return stages.get(version, Stage.NONE)


def _by_alias(registered_model: Mapping[str, Any]) -> dict[Stage, str]:
    """Versions by stage. A champion that is still called challenger is in Production, not in Staging."""
    versions = {entry["alias"]: str(entry["version"]) for entry in registered_model.get("aliases", [])}
    found = {stage: versions[alias] for stage, alias in ALIASES.items() if alias in versions}
    if found.get(Stage.STAGING) == found.get(Stage.PRODUCTION):
        found.pop(Stage.STAGING, None)
    return found
