"""What a run has made in MLflow, found by the tag that Databricks puts on it, too."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import ASGIApp

from local_workspace.execution.preparing import JOB_RUN_TAG

_HOST = "http://localhost"  # MLflow refuses other names than those of this machine
_EXPERIMENTS = 1000
_RUNS = 50


@dataclass(frozen=True)
class MlflowRun:
    """A run of MLflow and where its own pages show it."""

    name: str
    status: str
    page: str


class MlflowRuns:
    """Asks MLflow's server, by the way that all requests to it take."""

    def __init__(self, mlflow: ASGIApp, patience: float = 3.0) -> None:
        """Wait no longer than `patience` seconds for an answer: a page that lacks a link is better than none."""
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(mlflow), base_url=_HOST)
        self._patience = patience

    async def made_by(self, run_id: int) -> list[MlflowRun] | None:
        """The runs that a job's run has made, newest first; None where MLflow does not answer."""
        try:
            return await asyncio.wait_for(self._search(run_id), self._patience)
        except (TimeoutError, httpx.HTTPError):
            return None

    async def _search(self, run_id: int) -> list[MlflowRun]:
        known = await self._ask("experiments/search", {"max_results": _EXPERIMENTS})
        experiments = [experiment["experiment_id"] for experiment in known.get("experiments", [])]
        wanted = {
            "experiment_ids": experiments,
            "filter": f"tags.`{JOB_RUN_TAG}` = '{run_id}'",
            "max_results": _RUNS,
        }
        found = await self._ask("runs/search", wanted) if experiments else {}
        return [_shown(run["info"]) for run in found.get("runs", [])]

    async def _ask(self, route: str, body: dict[str, object]) -> dict[str, Any]:
        answer = await self._client.post(f"/api/2.0/mlflow/{route}", json=body)
        answer.raise_for_status()
        return dict(answer.json())


def _shown(info: dict[str, Any]) -> MlflowRun:
    page = f"/#/experiments/{info['experiment_id']}/runs/{info['run_id']}"
    return MlflowRun(info.get("run_name") or info["run_id"], str(info["status"]).lower(), page)
