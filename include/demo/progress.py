"""What a person sees while the demo works: a live line on a terminal, plain lines anywhere else."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.status import Status


@dataclass
class Progress:
    """Phases with their durations, and below each what happened in it."""

    console: Console
    durations: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, title: str) -> Iterator["Phase"]:
        """A part of the work, timed also when it fails."""
        self.console.print(f"[bold]{title}[/bold]", highlight=False)
        began = time.monotonic()
        with self.console.status(title) as status:
            try:
                yield Phase(self.console, status, title)
            finally:
                self.durations[title] = time.monotonic() - began


@dataclass
class Phase:
    """One part of the work."""

    console: Console
    _status: Status
    title: str
    _since: dict[str, float] = field(default_factory=dict)

    def now(self, names: Sequence[str]) -> None:
        """What goes on at this moment, and for how long already; shown on a terminal only."""
        self._since = {name: self._since.get(name, time.monotonic()) for name in names}
        ages = {name: time.monotonic() - since for name, since in self._since.items()}
        self._status.update(", ".join(f"{name} {seconds:.0f} s" for name, seconds in ages.items()) or self.title)

    def begins(self, text: str) -> None:
        """Something began. A terminal shows it in its live line."""
        if not self.console.is_terminal:
            self.event(text)

    def event(self, text: str) -> None:
        """Something that stays on the screen."""
        self.console.print(f"  {text}", highlight=False, markup=False, soft_wrap=True)
