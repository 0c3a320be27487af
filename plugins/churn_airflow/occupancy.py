"""What the registry's answers say about stages, in either mode. Pure: no request is made here."""

from collections.abc import Mapping
from typing import Any

from churn.config import RegistryMode
from churn.stages import ALIASES, Stage


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
