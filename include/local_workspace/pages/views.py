"""Runs as the pages show them. Pure functions over records."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from local_workspace.jobs.graph import latest
from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.states import LifeCycle, Result, State

_WORDS = {
    Result.SUCCESS: "Succeeded",
    Result.SUCCESS_WITH_FAILURES: "Succeeded with failures",
    Result.TIMEDOUT: "Timed out",
    Result.CANCELED: "Cancelled",
    Result.UPSTREAM_CANCELED: "Upstream cancelled",
}
_KINDS = {
    Result.SUCCESS: "good",
    Result.SUCCESS_WITH_FAILURES: "mixed",
    Result.FAILED: "bad",
    Result.TIMEDOUT: "bad",
}
_AT_WORK = {LifeCycle.RUNNING, LifeCycle.TERMINATING}
_TERMINAL_CODES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Badge:
    """A state in a word and one colour class."""

    word: str
    kind: str


@dataclass(frozen=True)
class Problem:
    """Why a task failed, and where in its code."""

    key: str
    run_id: int
    message: str
    trace: str


def badge(state: State) -> Badge:
    word = _WORDS.get(state.result) if state.result else None
    return Badge(word or (state.result or state.life_cycle).replace("_", " ").capitalize(), _kind(state))


def _kind(state: State) -> str:
    if not state.is_final:
        return "active" if state.life_cycle in _AT_WORK else "waiting"
    return _KINDS.get(state.result, "quiet") if state.result else "quiet"


def problems(attempts: Iterable[TaskRun]) -> list[Problem]:
    """The failed tasks; not those that a retry made good, nor those that only suffered from another's failure."""
    return [
        Problem(attempt.key, attempt.run_id, attempt.error or attempt.state.message, attempt.trace)
        for attempt in latest(attempts).values()
        if attempt.state.is_final and _kind(attempt.state) == "bad"
    ]


def fingerprint(run: JobRun, attempts: Iterable[TaskRun]) -> str:
    """Differs when any state has changed: an open page then asks for itself again."""
    return "-".join(str(state.result or state.life_cycle) for state in [run.state, *(one.state for one in attempts)])


def moment(milliseconds: int) -> str:
    """A point in time, in UTC; empty for not yet."""
    if not milliseconds:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def duration(run: JobRun | TaskRun, now: int) -> str:
    """How long a run has taken, or has been taking; of a task, how long it has been executing. Empty for not yet."""
    began = run.execution_started if isinstance(run, TaskRun) else run.started
    if not began:
        return ""
    seconds = max(0, (run.ended or now) - began) / 1000
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def program(attempt: TaskRun) -> str:
    """What a task executes."""
    wheel, file = attempt.task.python_wheel_task, attempt.task.spark_python_task
    if wheel:
        return f"{wheel.entry_point} of the wheel {wheel.package_name}"
    return file.python_file if file else ""


def parameters(attempt: TaskRun) -> list[tuple[str, str]]:
    """Name and value of each parameter; those without a name are numbered."""
    wheel, file = attempt.task.python_wheel_task, attempt.task.spark_python_task
    if wheel and wheel.named_parameters:
        return list(wheel.named_parameters.items())
    given = wheel.parameters if wheel else file.parameters if file else []
    return [(str(number), value) for number, value in enumerate(given, 1)]


def readable(text: str) -> str:
    """Without the codes by which terminals are told colours."""
    return _TERMINAL_CODES.sub("", text)
