"""How a run moves through its states. The moves are data; one function applies them."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel


class LifeCycle(StrEnum):
    """Where a run is."""

    BLOCKED = "BLOCKED"
    QUEUED = "QUEUED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    WAITING_FOR_RETRY = "WAITING_FOR_RETRY"
    TERMINATING = "TERMINATING"
    TERMINATED = "TERMINATED"
    SKIPPED = "SKIPPED"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class Result(StrEnum):
    """How a run ended."""

    SUCCESS = "SUCCESS"
    SUCCESS_WITH_FAILURES = "SUCCESS_WITH_FAILURES"
    FAILED = "FAILED"
    TIMEDOUT = "TIMEDOUT"
    CANCELED = "CANCELED"
    EXCLUDED = "EXCLUDED"
    UPSTREAM_FAILED = "UPSTREAM_FAILED"
    UPSTREAM_CANCELED = "UPSTREAM_CANCELED"
    MAXIMUM_CONCURRENT_RUNS_REACHED = "MAXIMUM_CONCURRENT_RUNS_REACHED"
    DISABLED = "DISABLED"


FINAL = frozenset({LifeCycle.TERMINATED, LifeCycle.SKIPPED, LifeCycle.INTERNAL_ERROR})
NOT_STARTED = frozenset({LifeCycle.BLOCKED, LifeCycle.QUEUED, LifeCycle.PENDING, LifeCycle.WAITING_FOR_RETRY})
ACTIVE = frozenset(LifeCycle) - FINAL


class State(BaseModel):
    """A state with the reason for it, in the words of the Jobs API; what waits in a queue has a code as well."""

    life_cycle: LifeCycle
    result: Result | None = None
    code: str = ""
    kind: str = ""
    message: str = ""

    @property
    def is_final(self) -> bool:
        return self.life_cycle in FINAL


class Event(StrEnum):
    """What can happen to a task run."""

    UNBLOCKED = "unblocked"
    ADMITTED = "admitted"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LIBRARY_MISSING = "library missing"
    CANCEL_ASKED = "cancel asked"
    CANCELED = "canceled"
    TIMED_OUT = "timed out"
    UPSTREAM_FAILED = "upstream failed"
    UPSTREAM_CANCELED = "upstream canceled"
    EXCLUDED = "excluded"
    DISABLED = "disabled"
    NO_ROOM = "no room"
    BROKE = "broke"


@dataclass(frozen=True)
class Move:
    """From which states an event may come, and the state it leads to; the message is for an event that brings none."""

    origins: frozenset[LifeCycle]
    to: LifeCycle
    result: Result | None = None
    code: str = ""
    kind: str = ""
    message: str = ""


_QUEUED = "Queued due to reaching the number of runs that may execute at once."
_BLOCKED = frozenset({LifeCycle.BLOCKED, LifeCycle.WAITING_FOR_RETRY})
_STARTING = frozenset({LifeCycle.PENDING})
_RUNNING = frozenset({LifeCycle.RUNNING})
_END = LifeCycle.TERMINATED

MOVES = {
    Event.UNBLOCKED: Move(_BLOCKED, LifeCycle.QUEUED, None, "ACTIVE_RUNS_LIMIT_REACHED", "", _QUEUED),
    Event.ADMITTED: Move(frozenset({LifeCycle.QUEUED}), LifeCycle.PENDING),
    Event.STARTED: Move(_STARTING, LifeCycle.RUNNING),
    Event.SUCCEEDED: Move(_RUNNING, _END, Result.SUCCESS, "SUCCESS", "SUCCESS"),
    Event.FAILED: Move(_RUNNING, _END, Result.FAILED, "RUN_EXECUTION_ERROR", "CLIENT_ERROR"),
    Event.LIBRARY_MISSING: Move(_STARTING, _END, Result.FAILED, "LIBRARY_INSTALLATION_ERROR", "CLIENT_ERROR"),
    Event.CANCEL_ASKED: Move(_RUNNING, LifeCycle.TERMINATING, None, "USER_CANCELED", "CLIENT_ERROR"),
    Event.CANCELED: Move(NOT_STARTED | {LifeCycle.TERMINATING}, _END, Result.CANCELED, "USER_CANCELED", "CLIENT_ERROR"),
    Event.TIMED_OUT: Move(NOT_STARTED | _RUNNING, _END, Result.TIMEDOUT, "CANCELED", "CLIENT_ERROR"),
    Event.UPSTREAM_FAILED: Move(_BLOCKED, _END, Result.UPSTREAM_FAILED, "SKIPPED", "CLIENT_ERROR"),
    Event.UPSTREAM_CANCELED: Move(_BLOCKED, _END, Result.UPSTREAM_CANCELED, "SKIPPED", "CLIENT_ERROR"),
    Event.EXCLUDED: Move(_BLOCKED, _END, Result.EXCLUDED, "SKIPPED", "SUCCESS"),
    Event.DISABLED: Move(_BLOCKED, _END, Result.DISABLED, "DISABLED", "SUCCESS"),
    Event.NO_ROOM: Move(
        _BLOCKED,
        LifeCycle.SKIPPED,
        Result.MAXIMUM_CONCURRENT_RUNS_REACHED,
        "MAX_CONCURRENT_RUNS_EXCEEDED",
        "CLIENT_ERROR",
    ),
    Event.BROKE: Move(ACTIVE, LifeCycle.INTERNAL_ERROR, Result.FAILED, "INTERNAL_ERROR", "INTERNAL_ERROR"),
}


class ImpossibleMoveError(Exception):
    """Raised when an event comes to a run in a state that it cannot come from: a fault of the workspace itself."""


def moved(state: State, event: Event, message: str = "") -> State:
    """Return the state after the event.

    Raises:
        ImpossibleMoveError: nothing leads from this state by this event.
    """
    move = MOVES[event]
    if state.life_cycle not in move.origins:
        raise ImpossibleMoveError(f"A run that is {state.life_cycle} cannot be '{event}'.")
    return State(
        life_cycle=move.to, result=move.result, code=move.code, kind=move.kind, message=message or move.message
    )
