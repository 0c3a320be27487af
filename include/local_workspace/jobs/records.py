"""What the workspace remembers of runs."""

from pydantic import BaseModel

from local_workspace.jobs.overrides import Overrides
from local_workspace.jobs.specification import RunSettings, Task
from local_workspace.jobs.states import LifeCycle, State


class TaskRun(BaseModel):
    """One attempt at one task. Times are milliseconds since 1970, 0 for not yet."""

    run_id: int
    parent_id: int
    task: Task
    """As it is executed: with the run's parameters in it."""
    attempt: int = 0
    original_id: int = 0
    """The first attempt that this one tries again; 0 for a first one."""
    repair_id: int = 0
    state: State = State(life_cycle=LifeCycle.BLOCKED)
    started: int = 0
    execution_started: int = 0
    ended: int = 0
    error: str = ""
    trace: str = ""

    @property
    def key(self) -> str:
        return self.task.task_key


class Episode(BaseModel):
    """A run from its start, or from a repair, to its end; the start has no repair's id."""

    repair_id: int = 0
    started: int
    ended: int
    state: State


class Parameter(BaseModel):
    """A parameter of a job, with its value in one run."""

    name: str
    default: str
    value: str


class JobRun(BaseModel):
    """A run as its client knows it: the tasks' parent."""

    run_id: int
    job_id: int
    name: str
    settings: RunSettings
    is_of_job: bool = False
    max_concurrent_runs: int | None = None
    """How many runs of its job may be active at once; None for any number."""
    may_queue: bool = False
    """Whether it waits for its turn when that many are active, instead of being skipped."""
    is_waiting_for_turn: bool = False
    parameters: list[Parameter] = []
    overrides: Overrides = Overrides()
    number_in_job: int = 0
    state: State = State(life_cycle=LifeCycle.PENDING)
    started: int = 0
    ended: int = 0
    cancel_asked: bool = False
    timed_out: bool = False
    repair_id: int = 0
    repaired: int = 0
    """When the latest repair began; 0 where there was none."""
    past: list[Episode] = []
    """What came before the latest repair."""

    @property
    def episodes(self) -> list[Episode]:
        """The start and every repair, in their order."""
        started = self.repaired or self.started
        return [*self.past, Episode(repair_id=self.repair_id, started=started, ended=self.ended, state=self.state)]

    @property
    def duration(self) -> int:
        """Milliseconds that the episodes which have ended took."""
        return sum(max(0, episode.ended - episode.started) for episode in self.episodes)
