"""What is asked of the workspace: uploads, what is registered, what was decided. All by the Databricks SDK."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.service.jobs import RunOutput

from churn.gate import tags as names

REGISTRY_API = "/api/2.0/mlflow"


@dataclass(frozen=True)
class ModelVersion:
    """A registered version, and what its training run measured."""

    version: str
    stage: str
    run_id: str
    parameters: dict[str, str]


@dataclass(frozen=True)
class Comparison:
    """The record that the gate's decision was made from."""

    run_id: str
    verdict: str
    candidate: str
    production: str
    reasons: tuple[str, ...]
    metrics: dict[str, float]


class WorkspaceApi:
    """A client of one workspace."""

    def __init__(self, url: str, token: str) -> None:
        config = Config(host=url, token=token, auth_type="pat", retry_timeout_seconds=30)
        self._client = WorkspaceClient(config=config)

    def upload(self, path: Path, target: str) -> None:
        """Put a file into a volume, in place of one that is there."""
        self._client.files.create_directory(str(PurePosixPath(target).parent))
        with path.open("rb") as content:
            self._client.files.upload(target, content, overwrite=True)

    def model_versions(self, model_name: str) -> list[ModelVersion]:
        """All versions of a model, oldest first."""
        found = self._ask("model-versions/search", filter=f"name='{model_name}'").get("model_versions", [])
        versions = [self._model_version(version) for version in found]
        return sorted(versions, key=lambda version: int(version.version))

    def comparison(self, experiment_name: str, dag_run_id: str) -> Comparison:
        """What `model-deployment` recorded for a DAG run; the newest, where it ran again."""
        experiment = self._ask("experiments/get-by-name", experiment_name=experiment_name)["experiment"]
        found = self._client.api_client.do(
            "POST",
            f"{REGISTRY_API}/runs/search",
            body={
                "experiment_ids": [experiment["experiment_id"]],
                "filter": f"tags.`{names.DAG_RUN_ID}` = '{dag_run_id}' AND attributes.status = 'FINISHED' "
                f"AND tags.`{names.RECORD}` = '{names.COMPARISON}'",
                "order_by": ["attributes.start_time DESC"],
                "max_results": 1,
            },
        )
        run = found["runs"][0]
        tags = _pairs(run["data"]["tags"])
        return Comparison(
            run_id=run["info"]["run_id"],
            verdict=tags[names.VERDICT],
            candidate=tags[names.CANDIDATE_VERSION],
            production=tags[names.PRODUCTION_VERSION],
            reasons=tuple(json.loads(tags[names.REASONS])),
            metrics={metric["key"]: metric["value"] for metric in run["data"].get("metrics", [])},
        )

    def said(self, run_id: int) -> list[str]:
        """The lines that the job of a run printed."""
        return (self._output(run_id).logs or "").splitlines()

    def error(self, run_id: int) -> str | None:
        """What the job of a run failed with; None where it did not fail."""
        error: str | None = self._output(run_id).error
        return error

    def _output(self, run_id: int) -> RunOutput:
        tasks = self._client.jobs.get_run(run_id).tasks or []
        return self._client.jobs.get_run_output(tasks[0].run_id or run_id)

    def _model_version(self, version: dict[str, Any]) -> ModelVersion:
        run = self._ask("runs/get", run_id=version["run_id"])["run"]
        return ModelVersion(
            version=version["version"],
            stage=version.get("current_stage", "None"),
            run_id=version["run_id"],
            parameters=_pairs(run["data"].get("params", [])),
        )

    def _ask(self, endpoint: str, **query: str) -> dict[str, Any]:
        answer: Any = self._client.api_client.do("GET", f"{REGISTRY_API}/{endpoint}", query=query)
        return dict(answer)


def _pairs(entries: Sequence[dict[str, str]]) -> dict[str, str]:
    return {entry["key"]: entry["value"] for entry in entries}
