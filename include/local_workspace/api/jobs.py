"""`/api/2.x/jobs/*`: saved jobs, and runs of them."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from local_workspace.api import shapes
from local_workspace.api.paged import listing, part
from local_workspace.api.shapes import Json
from local_workspace.api.versions import JOBS, Handler, versioned
from local_workspace.http.requests import checked, fields
from local_workspace.jobs.job_store import Job
from local_workspace.jobs.overrides import Id, RunNow
from local_workspace.jobs.paging import turn
from local_workspace.jobs.saved_jobs import NAMED_BY, SavedJobs, changed
from local_workspace.jobs.specification import Settings
from local_workspace.jobs.submission import JobSettings

PAGE = 20
Entries = list[dict[str, Any]]


class OneJob(BaseModel):
    job_id: Id


class GetJob(OneJob):
    page_token: str = ""


class ResetJob(OneJob):
    new_settings: JobSettings


class SomeSettings(Settings):
    """Fields of a job, any of them; they are checked together with those that the job has."""

    tasks: Entries = Field(default=[])
    job_clusters: Entries = Field(default=[])
    environments: Entries = Field(default=[])
    parameters: Entries = Field(default=[])


class UpdateJob(OneJob):
    new_settings: SomeSettings = SomeSettings()
    fields_to_remove: list[str] = []


class ListJobs(BaseModel):
    name: str = ""
    expand_tasks: bool = False
    limit: int = Field(PAGE, ge=1, le=100)
    offset: int = Field(0, ge=0, lt=2**63)
    page_token: str = ""


@dataclass(frozen=True)
class JobsApi:
    """The endpoints over saved jobs."""

    jobs: SavedJobs

    def router(self) -> APIRouter:
        handlers: dict[tuple[str, str], Handler] = {
            ("POST", "create"): self.create,
            ("POST", "reset"): self.reset,
            ("POST", "update"): self.update,
            ("POST", "delete"): self.delete,
            ("GET", "get"): self.get,
            ("GET", "list"): self.list_jobs,
            ("POST", "run-now"): self.run_now,
        }
        return versioned("jobs", JOBS, handlers)

    async def create(self, settings: Annotated[JobSettings, fields(JobSettings)]) -> Json:
        return {"job_id": self.jobs.create(settings).job_id}

    async def reset(self, asked: Annotated[ResetJob, fields(ResetJob)]) -> Json:
        self.jobs.reset(asked.job_id, asked.new_settings)
        return {}

    async def update(self, asked: Annotated[UpdateJob, fields(UpdateJob)]) -> Json:
        new = asked.new_settings.model_dump(mode="json", exclude_unset=True)
        values = changed(self.jobs.job(asked.job_id).settings, new, asked.fields_to_remove)
        self.jobs.reset(asked.job_id, checked(JobSettings, values))
        return {}

    async def delete(self, asked: Annotated[OneJob, fields(OneJob)]) -> Json:
        self.jobs.delete(asked.job_id)
        return {}

    async def get(self, asked: Annotated[GetJob, fields(GetJob)]) -> Json:
        whole = shapes.job(self.jobs.job(asked.job_id))
        settings, token = part(whole["settings"], NAMED_BY, asked.page_token)
        shown = {**whole, "settings": settings}
        return {**shown, "next_page_token": token} if token else shown

    async def list_jobs(self, asked: Annotated[ListJobs, fields(ListJobs)]) -> Json:
        page = turn(
            lambda cursor, count: self.jobs.store.find(asked.name, cursor, asked.offset if not cursor else 0, count),
            lambda job: job.job_id,
            asked.page_token,
            asked.limit,
        )
        return listing("jobs", page, lambda job: _listed(job, with_lists=asked.expand_tasks))

    async def run_now(self, asked: Annotated[RunNow, fields(RunNow)]) -> Json:
        run = self.jobs.run_now(asked)
        return {"run_id": run.run_id, "number_in_job": run.number_in_job}


def _listed(job: Job, *, with_lists: bool) -> Json:
    """A job in a list: of its own lists the first entries, or, unless they were asked for, nothing."""
    whole = shapes.job(job)
    settings, token = part(whole["settings"], NAMED_BY, "")
    if not with_lists:
        return {**whole, "settings": {name: value for name, value in settings.items() if name not in NAMED_BY}}
    shown = {**whole, "settings": settings}
    return {**shown, "has_more": True} if token else shown
