"""What jobs and Airflow do around the operators, so that tests can arrange it."""

import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import requests


@dataclass
class Registry:
    """What jobs do to the registry, so that tests can arrange it. One model and one experiment a test."""

    url: str
    model: str

    @property
    def experiment(self) -> str:
        return f"/Shared/{self.model}"

    def create_model(self) -> None:
        self.post("registered-models/create", name=self.model)

    def create_version(self, run_id: str | None = None) -> str:
        body = {"name": self.model, "source": "s3://bucket/model", "run_id": run_id}
        return str(self.post("model-versions/create", **body)["model_version"]["version"])

    def create_run(
        self, tags: dict[str, str], metrics: dict[str, float] | None = None, *, status: str = "FINISHED"
    ) -> str:
        listed = [{"key": key, "value": value} for key, value in tags.items()]
        run = self.post("runs/create", experiment_id=self._experiment_id(), start_time=_now(), tags=listed)["run"]
        run_id = str(run["info"]["run_id"])
        for key, value in (metrics or {}).items():
            self.post("runs/log-metric", run_id=run_id, key=key, value=value, timestamp=_now())
        self.post("runs/update", run_id=run_id, status=status, end_time=_now())
        return run_id

    def version(self, version: str) -> dict[str, Any]:
        return dict(self._get("model-versions/get", name=self.model, version=version)["model_version"])

    def in_production(self) -> list[str]:
        """Every version that is in Production, by whichever mark there is."""
        found = self._get("model-versions/search", filter=f"name='{self.model}'").get("model_versions", [])
        staged = [entry["version"] for entry in found if entry["current_stage"] == "Production"]
        model = self._get("registered-models/get", name=self.model)["registered_model"]
        return staged + [entry["version"] for entry in model.get("aliases", []) if entry["alias"] == "champion"]

    def run_tags(self) -> list[dict[str, str]]:
        """Tags of the finished runs, the newest last."""
        body = {"filter": "attributes.status = 'FINISHED'", "order_by": ["attributes.start_time ASC"]}
        runs = self.post("runs/search", experiment_ids=[self._experiment_id()], **body).get("runs", [])
        return [{tag["key"]: tag["value"] for tag in run["data"]["tags"]} for run in runs]

    def _get(self, route: str, **query: str) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/{route}", params=query, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def post(self, route: str, **body: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/{route}", json=body, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def _experiment_id(self) -> str:
        query = {"experiment_name": self.experiment}
        found = requests.get(f"{self.url}/experiments/get-by-name", params=query, timeout=30)
        if found.status_code == requests.codes.not_found:
            return str(self.post("experiments/create", name=self.experiment)["experiment_id"])
        return str(found.json()["experiment"]["experiment_id"])


@dataclass
class TaskInstance:
    """Keeps what a task pushes."""

    id: str = "01980000-0000-7000-8000-000000000000"
    pushed: dict[str, Any] = field(default_factory=dict)

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


@dataclass
class TaskContext:
    """A task's context, as far as the operators read it."""

    dag_id: str = "deploy_gate"
    run_id: str = "manual__2026-01-01"
    ti: TaskInstance = field(default_factory=TaskInstance)

    @property
    def tags(self) -> dict[str, str]:
        """What a job leaves on what it makes in this DAG run."""
        return {"airflow.dag_id": self.dag_id, "airflow.dag_run_id": self.run_id}

    def as_context(self) -> Any:
        return {"dag": SimpleNamespace(dag_id=self.dag_id), "run_id": self.run_id, "ti": self.ti}


def _now() -> int:
    return time.time_ns() // 1_000_000
