"""`/api/2.x/jobs/runs/*`: submit, watch, cancel."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from local_workspace.api.shapes import Json, RunShapes
from local_workspace.api.versions import JOBS, Handler, versioned
from local_workspace.errors import InvalidParameterError
from local_workspace.execution.logs import RunLogs
from local_workspace.http.requests import fields
from local_workspace.jobs.backend import RunBackend
from local_workspace.jobs.records import JobRun
from local_workspace.jobs.specification import RunSettings, Submission

Id = Annotated[int, Field(ge=0, lt=2**63)]
PAGE = 20


class OneRun(BaseModel):
    run_id: Id


class GetRun(OneRun):
    include_history: bool = False
    page_token: str = ""


class ListRuns(BaseModel):
    job_id: Id | None = None
    active_only: bool = False
    completed_only: bool = False
    limit: int = Field(PAGE, ge=0, le=25)
    offset: int = Field(0, ge=0)
    expand_tasks: bool = False
    page_token: str = ""


class CancelAll(BaseModel):
    job_id: Id | None = None
    all_queued_runs: bool = False


@dataclass(frozen=True)
class RunsApi:
    """The endpoints over a backend."""

    backend: RunBackend
    shapes: RunShapes
    logs: RunLogs

    def router(self) -> APIRouter:
        handlers: dict[tuple[str, str], Handler] = {
            ("POST", "submit"): self.submit,
            ("GET", "get"): self.get,
            ("GET", "get-output"): self.get_output,
            ("GET", "list"): self.list_runs,
            ("POST", "cancel"): self.cancel,
            ("POST", "cancel-all"): self.cancel_all,
            ("POST", "delete"): self.delete,
        }
        return versioned("jobs/runs", JOBS, handlers)

    async def submit(self, body: Annotated[Submission, fields(Submission)]) -> Json:
        settings = RunSettings.model_validate(body.model_dump(mode="json", exclude_unset=True))
        return {"run_id": self.backend.submit(body.run_name, settings, body.idempotency_token).run_id}

    async def get(self, asked: Annotated[GetRun, fields(GetRun)]) -> Json:
        attempt = self.backend.store.attempt(asked.run_id)
        if attempt is not None:
            return self.shapes.task_as_run(attempt, self.backend.run(attempt.parent_id))
        return self._with_tasks(self.backend.run(asked.run_id))

    async def get_output(self, asked: Annotated[OneRun, fields(OneRun)]) -> Json:
        attempt = self.backend.attempt(asked.run_id)
        text, truncated = self.logs.read(attempt.run_id)
        metadata = self.shapes.task_as_run(attempt, self.backend.run(attempt.parent_id))
        output: Json = {"metadata": metadata, "logs": text, "logs_truncated": truncated}
        if attempt.error:
            output |= {"error": attempt.error, "error_trace": attempt.trace}
        return output

    async def list_runs(self, asked: Annotated[ListRuns, fields(ListRuns)]) -> Json:
        start, limit = _start(asked), asked.limit or PAGE
        found = self.backend.store.page(_columns(asked), start, limit + 1)
        shape = self._with_tasks if asked.expand_tasks else self.shapes.summary
        page: Json = {"runs": [shape(run) for run in found[:limit]], "has_more": len(found) > limit}
        return {**page, "next_page_token": str(start + limit)} if page["has_more"] else page

    async def cancel(self, asked: Annotated[OneRun, fields(OneRun)]) -> Json:
        self.backend.cancel(asked.run_id)
        return {}

    async def cancel_all(self, asked: Annotated[CancelAll, fields(CancelAll)]) -> Json:
        if asked.job_id is None and not asked.all_queued_runs:
            raise InvalidParameterError("Missing required field: job_id")
        active = self.backend.store.active_runs()
        self.backend.cancel_all(run for run in active if asked.job_id in {None, run.job_id})
        return {}

    async def delete(self, asked: Annotated[OneRun, fields(OneRun)]) -> Json:
        for run_id in self.backend.delete(asked.run_id):
            self.logs.delete(run_id)
        return {}

    def _with_tasks(self, run: JobRun) -> Json:
        return self.shapes.run(run, self.backend.store.attempts(run.run_id))


def _columns(asked: ListRuns) -> dict[str, object]:
    """What the asked-for runs have in common."""
    if asked.active_only and asked.completed_only:
        raise InvalidParameterError("Only one of 'active_only' and 'completed_only' can be true.")
    columns: dict[str, object] = {} if asked.job_id is None else {"job_id": asked.job_id}
    if asked.active_only or asked.completed_only:
        columns["active"] = int(asked.active_only)
    return columns


def _start(asked: ListRuns) -> int:
    if not asked.page_token:
        return asked.offset
    if not asked.page_token.isdecimal():
        raise InvalidParameterError(f"Invalid page token: '{asked.page_token}'")
    return int(asked.page_token)
