"""Every setting in a line: its dotted name, its value, and where that comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from churn.config.loading import OVERRIDE_SOURCE
from churn.config.settings import Settings

DEFAULT = "default"
OVERRIDE = "override"


@dataclass(frozen=True)
class Line:
    """One setting."""

    key: str
    value: Any  # plain data, as JSON has it
    source: str  # the name of a file, `override` or `default`


def listed(settings: Settings, origins: Mapping[str, str]) -> list[Line]:
    """All settings in the order of the sections.

    Args:
        settings: of an environment.
        origins: where each one was set, as `load_with_origins` gives it.
    """
    return [Line(key, value, _source(key, origins)) for key, value in _leaves(settings.as_dict(), "")]


def _leaves(section: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any]]:
    for name, value in section.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{at}{name}.")
        else:
            yield f"{at}{name}", value


def _source(key: str, origins: Mapping[str, str]) -> str:
    source = origins.get(key, DEFAULT)
    return OVERRIDE if source == OVERRIDE_SOURCE else source
