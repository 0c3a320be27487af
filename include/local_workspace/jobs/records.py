"""What the workspace remembers of runs."""

from pydantic import BaseModel

from local_workspace.jobs.specification import RunSettings, Task
from local_workspace.jobs.states import LifeCycle, State


class TaskRun(BaseModel):
    """One attempt at one task. Times are milliseconds since 1970, 0 for not yet."""

    run_id: int
    parent_id: int
    task: Task
    attempt: int = 0
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


class Repair(BaseModel):
    """A second go at some tasks of a finished run."""

    repair_id: int
    started: int
    task_run_ids: list[int]


class JobRun(BaseModel):
    """A run as its client knows it: the tasks' parent."""

    run_id: int
    job_id: int
    name: str
    settings: RunSettings
    is_of_job: bool = False
    number_in_job: int = 0
    state: State = State(life_cycle=LifeCycle.PENDING)
    started: int = 0
    ended: int = 0
    cancel_asked: bool = False
    timed_out: bool = False
    repairs: list[Repair] = []
