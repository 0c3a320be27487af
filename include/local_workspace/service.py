"""The parts of a workspace put together: one ASGI application for one root."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from local_workspace.api import clusters, health, identity, storage
from local_workspace.api.jobs import JobsApi
from local_workspace.api.model_artifacts import PATHS, ModelArtifactsApi
from local_workspace.api.runs import RunsApi
from local_workspace.api.shapes import RunShapes
from local_workspace.api.unity_catalog import UnityCatalogApi
from local_workspace.catalog import CatalogStore
from local_workspace.database import open_database
from local_workspace.execution.limits import Limits
from local_workspace.execution.logs import RunLogs
from local_workspace.execution.mlflow_keeper import MlflowKeeper
from local_workspace.execution.mlflow_server import MlflowOrder
from local_workspace.execution.preparing import Preparer
from local_workspace.execution.redaction import Redactor
from local_workspace.execution.runner import NurseryRunner
from local_workspace.execution.warm_process import WarmProcess
from local_workspace.http.auth import TokenRequired
from local_workspace.http.dialect import Dialect
from local_workspace.http.forward import Forwarder, is_for_mlflow
from local_workspace.http.openapi import describe_fields
from local_workspace.http.replies import install_error_replies
from local_workspace.jobs.backend import RunBackend
from local_workspace.jobs.conductor import Conductor
from local_workspace.jobs.job_store import JobStore
from local_workspace.jobs.repair import Repairs
from local_workspace.jobs.saved_jobs import SavedJobs
from local_workspace.jobs.store import RunStore
from local_workspace.options import Options
from local_workspace.pages.made_in_mlflow import MlflowRuns
from local_workspace.pages.routes import Pages
from local_workspace.root import Root
from local_workspace.securables import Securables
from local_workspace.storage.secrets import SecretStore
from local_workspace.storage.trees import Dbfs
from local_workspace.testing import routes as faults_api
from local_workspace.testing.injection import FaultInjection
from local_workspace.testing.rules import Faults

# Relative to the root, which is the current directory of all processes here: a socket's path can have about 100
# characters, and that of a root may have more.
SOCKET = Path("mlflow.sock")
_DIED = "The local workspace was stopped while this run was active."


class Workspace:
    """State, execution and HTTP of one root."""

    def __init__(self, root: Root, url: str, token: str, options: Options) -> None:
        """Open the state; nothing runs before the application's lifespan begins.

        Args:
            root: what is served.
            url: where runs reach it.
            token: what every request has to carry.
            options: how it is served.
        """
        self._root = root
        self._options = options
        database = open_database(root.state)
        self._backend = RunBackend(RunStore(database), options.unknown_run_status)
        self._jobs = SavedJobs(JobStore(database), self._backend)
        self._repairs = Repairs(self._backend, self._jobs.store)
        self._secrets = SecretStore(root.secrets_file)
        redactor = Redactor(lambda: [token, *self._secrets.texts()])
        self._logs = RunLogs(root.runs, redactor.text)
        self._catalog = CatalogStore(database, root.warehouse)
        self._warm = WarmProcess(root.path, root.log_file, _environment(root))
        self._runner = NurseryRunner(self._warm, self._catalog, Limits(options.run_memory), redactor)
        self._prepare = Preparer(root, url, token)
        self._forwarder = Forwarder(SOCKET)
        self._registry = Dialect(self._forwarder)
        self._shapes = RunShapes(options.given.public_url or url)
        api = self._api(token)
        origin: ASGIApp = _Origin(api, self._registry)
        self.app: ASGIApp = TokenRequired(_with_faults(origin, api) if options.testing_aids else origin, token)

    def _api(self, token: str) -> FastAPI:
        api = FastAPI(title="Local workspace", lifespan=self._lifespan, docs_url=None, redoc_url=None)
        install_error_replies(api)
        for router in (
            RunsApi(self._backend, self._jobs, self._repairs, self._shapes, self._logs).router(),
            JobsApi(self._jobs).router(),
            clusters.router(),
            UnityCatalogApi(Securables(self._catalog, self._root.volumes)).router(),
            storage.router(self._root, self._secrets),
            ModelArtifactsApi(Dbfs(self._root), self._registry).router(),
            identity.router(),
            health.router(self._status),
            Pages(self._backend, self._logs, MlflowRuns(self._forwarder), token).router(),
        ):
            api.include_router(router)
        describe_fields(api)
        return api

    @asynccontextmanager
    async def _lifespan(self, _api: FastAPI) -> AsyncIterator[None]:
        self._give_up()
        conductor = Conductor(self._backend, self._runner, self._prepare, self._options.slots)
        self._warm.start()
        serving_mlflow = asyncio.create_task(MlflowKeeper(self._warm, self._mlflow(), self._forwarder.up).keep())
        yield
        serving_mlflow.cancel()
        await conductor.close()
        await self._warm.close()
        await self._forwarder.close()
        self._give_up()

    def _give_up(self) -> None:
        """End what was active when the workspace died, and list the tables that it left."""
        if self._backend.give_up(_DIED):
            self._catalog.adopt(self._catalog.unlisted())

    def _mlflow(self) -> MlflowOrder:
        root = self._root
        store = self._options.given.mlflow_store or f"sqlite:///{root.mlflow_state}"
        return MlflowOrder(store=store, artifacts=str(root.artifacts), socket=str(SOCKET))

    def _status(self) -> dict[str, object]:
        parts = {"runs": self._warm.warm.is_set(), "mlflow": self._forwarder.up.is_set()}
        return {"state": "ready" if all(parts.values()) else "warming", **parts}


class _Origin:
    """MLflow's paths to MLflow, the rest, and what only Databricks' MLflow has, to the workspace's own API."""

    def __init__(self, api: ASGIApp, mlflow: ASGIApp) -> None:
        self._api = api
        self._mlflow = mlflow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        to_mlflow = scope["type"] == "http" and is_for_mlflow(scope["path"]) and scope["path"] not in PATHS
        await (self._mlflow if to_mlflow else self._api)(scope, receive, send)


def _with_faults(origin: ASGIApp, api: FastAPI) -> ASGIApp:
    faults = Faults()
    api.include_router(faults_api.router(faults))
    return FaultInjection(origin, faults)


def _environment(root: Root) -> dict[str, str]:
    """For the warm process: enough to import libraries, and a place for what they cache."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV") if name in os.environ}
    cache = root.path / "cache"
    cache.mkdir(exist_ok=True)
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet"}
    return {**kept, **quiet, "MPLBACKEND": "agg", "MPLCONFIGDIR": str(cache)}
