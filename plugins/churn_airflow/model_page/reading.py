"""What the registry and the tracker know of the model, read over the Databricks connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from churn.config import Settings
from churn.gate import tags
from churn_airflow import endpoints
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.tracking_hook import FINISHED, pairs

# Somebody waits for the page: one try, and not for long.
PATIENCE = {"timeout_seconds": 10, "retry_limit": 1}
VERSIONS, COMPARISONS, ACTS = 200, 10, 50


@dataclass(frozen=True)
class Version:
    """A version of the registered model."""

    number: str
    created_at: datetime
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Record:
    """A comparison or an act: a finished MLflow run in the deployment experiment."""

    run_id: str
    experiment_id: str
    at: datetime
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Facts:
    """All that the page is made of.

    Attributes:
        model: the registered model as MLflow answers, empty where there is none yet.
        versions: the newest versions, in no order.
        comparisons: newest first.
        acts: newest first.
        workspace: where people reach the workspace's own pages.
    """

    model: Mapping[str, Any]
    versions: Sequence[Version]
    comparisons: Sequence[Record]
    acts: Sequence[Record]
    workspace: str


class PageHook(RegistryHook):
    """Reads what the page shows, in a handful of requests."""

    def facts(self, settings: Settings) -> Facts:
        """Ask for all of it.

        Raises:
            AirflowException: the connection is missing, or the workspace cannot be reached or refuses.
        """
        name = settings.registry.model_name
        model = self._model(name)
        experiment = self.experiment(settings.tracking.deploy_experiment)
        experiment_id = experiment.experiment_id if experiment else None
        return Facts(
            model=model,
            versions=self._versions(name) if model else [],
            comparisons=self._records(experiment_id, name, tags.COMPARISON, COMPARISONS),
            acts=self._records(experiment_id, name, tags.ACT, ACTS),
            workspace=self.workspace(),
        )

    def _versions(self, model_name: str) -> list[Version]:
        endpoint = self._registry(endpoints.SEARCH_VERSIONS, model_name)
        query = {"filter": f"name='{model_name}'", "max_results": str(VERSIONS)}
        answer = self._do_api_call(endpoint.query(**query))
        return [
            Version(str(entry["version"]), _moment(entry["creation_timestamp"]), pairs(entry.get("tags", [])))
            for entry in answer.get("model_versions", [])
        ]

    def _records(self, experiment_id: str | None, model_name: str, kind: str, most: int) -> list[Record]:
        if experiment_id is None:
            return []
        body = {
            "experiment_ids": [experiment_id],
            "filter": f"tags.`{tags.RECORD}` = '{kind}' and tags.`{tags.MODEL_NAME}` = '{model_name}' "
            f"and attributes.status = '{FINISHED}'",
            "order_by": ["attributes.start_time DESC"],
            "max_results": most,
        }
        return [_record(run) for run in self._do_api_call(endpoints.SEARCH_RUNS, body).get("runs", [])]


def _record(run: Mapping[str, Any]) -> Record:
    info, data = run["info"], run["data"]
    return Record(
        run_id=info["run_id"],
        experiment_id=info["experiment_id"],
        at=_moment(info["start_time"]),
        tags=pairs(data.get("tags", [])),
        metrics={metric["key"]: metric["value"] for metric in data.get("metrics", [])},
        parameters=pairs(data.get("params", [])),
    )


def _moment(milliseconds: int | str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
