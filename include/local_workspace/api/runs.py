"""`/api/2.x/jobs/runs/*`: submit, watch, cancel, repair."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from local_workspace.api.paged import part
from local_workspace.api.run_lists import ListRuns, find_runs
from local_workspace.api.shapes import Json, RunShapes, history
from local_workspace.api.versions import JOBS, Handler, versioned
from local_workspace.errors import InvalidParameterError
from local_workspace.execution.logs import RunLogs
from local_workspace.http.requests import fields
from local_workspace.jobs.backend import RunBackend
from local_workspace.jobs.overrides import Id, RepairRequest
from local_workspace.jobs.records import JobRun
from local_workspace.jobs.repair import Repairs
from local_workspace.jobs.saved_jobs import SavedJobs
from local_workspace.jobs.submission import Submission

LISTS = ("tasks", "job_clusters", "job_parameters", "repair_history")
NO_VIEWS = "Run {} has no view to export: only notebook runs can be exported, and the local workspace executes none."


class OneRun(BaseModel):
    run_id: Id


class GetRun(OneRun):
    include_history: bool = False
    page_token: str = ""


class ExportRun(OneRun):
    views_to_export: Literal["CODE", "DASHBOARDS", "ALL"] = "CODE"


class CancelAll(BaseModel):
    job_id: Id | None = None
    all_queued_runs: bool = False


@dataclass(frozen=True)
class RunsApi:
    """The endpoints over a backend."""

    backend: RunBackend
    jobs: SavedJobs
    repairs: Repairs
    shapes: RunShapes
    logs: RunLogs

    def router(self) -> APIRouter:
        handlers: dict[tuple[str, str], Handler] = {
            ("POST", "submit"): self.submit,
            ("GET", "get"): self.get,
            ("GET", "get-output"): self.get_output,
            ("GET", "export"): self.export,
            ("GET", "list"): self.list_runs,
            ("POST", "cancel"): self.cancel,
            ("POST", "cancel-all"): self.cancel_all,
            ("POST", "delete"): self.delete,
            ("POST", "repair"): self.repair,
        }
        return versioned("jobs/runs", JOBS, handlers)

    async def submit(self, body: Annotated[Submission, fields(Submission)]) -> Json:
        return {"run_id": self.backend.submit(body.run_name, body.settings(), body.idempotency_token).run_id}

    async def get(self, asked: Annotated[GetRun, fields(GetRun)]) -> Json:
        attempt = self.backend.store.attempt(asked.run_id)
        if attempt is not None:
            return self.shapes.task_as_run(attempt, self.backend.run(attempt.parent_id))
        run = self.backend.run(asked.run_id)
        attempts = self.backend.store.attempts(run.run_id)
        whole = self.shapes.run(run, attempts)
        if asked.include_history:
            whole["repair_history"] = history(run, attempts)
        shown, token = part(whole, LISTS, asked.page_token)
        return {**shown, "next_page_token": token} if token else shown

    async def get_output(self, asked: Annotated[OneRun, fields(OneRun)]) -> Json:
        attempt = self.backend.attempt(asked.run_id)
        text, truncated = self.logs.read(attempt.run_id)
        metadata = self.shapes.task_as_run(attempt, self.backend.run(attempt.parent_id))
        output: Json = {"metadata": metadata, "logs": text, "logs_truncated": truncated}
        if attempt.error:
            output |= {"error": attempt.error, "error_trace": attempt.trace}
        return output

    async def export(self, asked: Annotated[ExportRun, fields(ExportRun)]) -> Json:
        self.backend.family(asked.run_id)
        raise InvalidParameterError(NO_VIEWS.format(asked.run_id))

    async def list_runs(self, asked: Annotated[ListRuns, fields(ListRuns)]) -> Json:
        return find_runs(self.backend.store, asked, self._with_tasks if asked.expand_tasks else self.shapes.summary)

    async def cancel(self, asked: Annotated[OneRun, fields(OneRun)]) -> Json:
        self.backend.cancel(asked.run_id)
        return {}

    async def cancel_all(self, asked: Annotated[CancelAll, fields(CancelAll)]) -> Json:
        if asked.job_id is None and not asked.all_queued_runs:
            raise InvalidParameterError("Missing required field: job_id")
        active = self.backend.queued() if asked.all_queued_runs else self.backend.store.active_runs()
        if asked.job_id is not None:
            self.jobs.check_known(asked.job_id)
        self.backend.cancel_all(run for run in active if asked.job_id in {None, run.job_id})
        return {}

    async def delete(self, asked: Annotated[OneRun, fields(OneRun)]) -> Json:
        for run_id in self.backend.delete(asked.run_id):
            self.logs.delete(run_id)
        return {}

    async def repair(self, asked: Annotated[RepairRequest, fields(RepairRequest)]) -> Json:
        return {"repair_id": self.repairs.repair(asked)}

    def _with_tasks(self, run: JobRun) -> Json:
        whole = self.shapes.run(run, self.backend.store.attempts(run.run_id))
        shown, token = part(whole, LISTS, "")
        return {**shown, "has_more": True} if token else shown
