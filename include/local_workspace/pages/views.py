"""Runs as the pages show them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from local_workspace.jobs.records import JobRun, TaskRun
from local_workspace.jobs.states import State


@dataclass(frozen=True)
class Badge:
    """A state in one word and one colour class."""

    word: str
    kind: str


def badge(state: State) -> Badge:
    word = state.result or state.life_cycle
    if not state.is_final:
        return Badge(word, "active")
    return Badge(word, "good" if state.kind == "SUCCESS" else "bad")


def moment(milliseconds: int) -> str:
    """A point in time, in UTC; empty for not yet."""
    if not milliseconds:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def duration(run: JobRun | TaskRun, now: int) -> str:
    """How long a run has taken, or has been taking."""
    seconds = max(0, (run.ended or now) - run.started) / 1000
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def command_line(attempt: TaskRun) -> list[str]:
    """What a task executes, as one would type it."""
    wheel, file = attempt.task.python_wheel_task, attempt.task.spark_python_task
    if wheel:
        return [wheel.entry_point, *wheel.arguments]
    return [file.python_file, *file.parameters] if file else []
