"""Keeping secrets out of what runs print, as Databricks does: their values, wherever they occur, become a word."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from local_workspace.jobs.conductor import Ending

INSTEAD = "[REDACTED]"
SHORTEST = 4
"""Characters; a shorter value would tear other words apart, and show by that what it is."""


@dataclass(frozen=True)
class Redactor:
    """Knows the secrets of the moment: one that was put or deleted later counts from then on."""

    values: Callable[[], Iterable[str]]

    def text(self, text: str) -> str:
        # longest first: one value can be part of another
        for value in sorted(self.values(), key=len, reverse=True):
            if len(value) >= SHORTEST:
                text = text.replace(value, INSTEAD)
        return text

    def ending(self, ending: Ending) -> Ending:
        """The same end of a run, its error and last words redacted."""
        outcome = ending.outcome
        if outcome is not None:
            outcome = {**outcome, "error": self.text(outcome["error"]), "trace": self.text(outcome["trace"])}
        return replace(ending, outcome=outcome, last_words=self.text(ending.last_words))
