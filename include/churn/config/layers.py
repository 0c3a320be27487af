"""Layers of configuration, one over the other, and the memory of who set what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# A section that chooses another one of several shapes takes nothing from the shape before.
DISCRIMINATORS = ("kind", "cloud")


@dataclass(frozen=True)
class Layers:
    """What was merged so far, and who set each value last."""

    merged: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)  # in the order of setting

    def add(self, update: Mapping[str, Any], source: str) -> None:
        """Merge mappings key by key; any other value replaces."""
        self._merge(self.merged, update, source, "")

    def _merge(self, into: dict[str, Any], update: Mapping[str, Any], source: str, at: str) -> None:
        for key, value in update.items():
            path = f"{at}{key}"
            if not isinstance(value, dict):
                self._forget(path)
                into[key], self.origin[path] = value, source
                continue
            if not isinstance(into.get(key), dict) or _other_shape(into[key], value):
                self._forget(path)
                into[key] = {}
            self._merge(into[key], value, source, f"{path}.")

    def _forget(self, path: str) -> None:
        for known in [*self._at_or_below(path)]:
            del self.origin[known]

    def source_of(self, key: str) -> str | None:
        """Who set a key last, or else the nearest section around it."""
        parts = key.split(".")
        for length in range(len(parts), 0, -1):
            if found := [*self._at_or_below(".".join(parts[:length]))]:
                return self.origin[found[-1]]
        return None

    def sources_named_in(self, sentence: str) -> str:
        """Who set each of the keys that a sentence speaks of."""
        named = [key for key in self.origin if key in sentence.split()]
        return ", ".join(f"{key} is set in {self.origin[key]}" for key in named)

    def _at_or_below(self, path: str) -> Iterator[str]:
        return (known for known in self.origin if known == path or known.startswith(f"{path}."))

    def key_of(self, location: Iterable[int | str]) -> str:
        """A validation error's location as a dotted key, without the shapes that pydantic puts between."""
        parts: list[str] = []
        here: Any = self.merged
        for part in map(str, location):
            if not _is_shape(part, here):
                parts.append(part)
                here = here.get(part) if isinstance(here, dict) else None
        return ".".join(parts)


def _other_shape(current: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return any(name in value and value[name] != current.get(name) for name in DISCRIMINATORS)


def _is_shape(part: str, section: Any) -> bool:
    return isinstance(section, dict) and part not in section and part in {section.get(name) for name in DISCRIMINATORS}
