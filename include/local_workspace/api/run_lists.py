"""`runs/list`: which runs, in which order, how many at a time."""

from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from local_workspace.api.paged import listing
from local_workspace.api.shapes import Json
from local_workspace.errors import InvalidParameterError
from local_workspace.jobs.overrides import Id
from local_workspace.jobs.paging import Cursor, turn
from local_workspace.jobs.records import JobRun
from local_workspace.jobs.store import RunStore

PAGE = 20
MOST = 25


class ListRuns(BaseModel):
    job_id: Id | None = None
    active_only: bool = False
    completed_only: bool = False
    run_type: Literal["JOB_RUN", "SUBMIT_RUN", "WORKFLOW_RUN"] | None = None
    start_time_from: Id | None = None
    start_time_to: Id | None = None
    limit: int = Field(PAGE, ge=0, le=MOST)
    offset: int = Field(0, ge=0, lt=2**63)
    expand_tasks: bool = False
    page_token: str = ""


def find_runs(store: RunStore, asked: ListRuns, shape: Callable[[JobRun], Json]) -> Json:
    """Return a page of the runs that were asked for, newest first.

    Raises:
        InvalidParameterError: the filters contradict each other, or the token is not one.
    """
    conditions = _conditions(asked)

    def fetch(cursor: Cursor | None, count: int) -> Sequence[JobRun]:
        if cursor is None:
            return store.page(conditions, asked.offset, count)
        edge = {f"run_id {'>' if cursor.newer else '<'}": cursor.id}
        return store.page(conditions | edge, 0, count, oldest_first=cursor.newer)

    page = turn(fetch, lambda run: run.run_id, asked.page_token, asked.limit or MOST)
    return listing("runs", page, shape)


def _conditions(asked: ListRuns) -> dict[str, object]:
    """What the columns of the asked-for runs have to be."""
    if asked.active_only and asked.completed_only:
        raise InvalidParameterError("Only one of 'active_only' and 'completed_only' can be true.")
    conditions: dict[str, object] = {
        "job_id": asked.job_id,
        "started >=": asked.start_time_from,
        "started <=": asked.start_time_to,
    }
    if asked.active_only or asked.completed_only:
        conditions["active"] = int(asked.active_only)
    if asked.run_type:
        # No run of a workflow begins here: the condition holds for none.
        conditions["is_of_job"] = {"JOB_RUN": 1, "SUBMIT_RUN": 0, "WORKFLOW_RUN": -1}[asked.run_type]
    return {name: value for name, value in conditions.items() if value is not None}
