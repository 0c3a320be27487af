"""Experiments and runs, over the same Databricks connection as the jobs."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from airflow.providers.databricks.exceptions import DatabricksApiError
from airflow.providers.databricks.hooks.databricks import DatabricksHook

from churn_airflow import endpoints
from churn_airflow.endpoints import Endpoint

NOT_FOUND = 404
MISSING_RESOURCE = "RESOURCE_DOES_NOT_EXIST"
EXISTING_RESOURCE = "RESOURCE_ALREADY_EXISTS"
FINISHED = "FINISHED"
MOST_EXPERIMENTS = 1000  # that MLflow finds in one request


@dataclass(frozen=True)
class MlflowRun:
    """What a decision needs to know of an MLflow run."""

    run_id: str
    experiment_id: str
    tags: Mapping[str, str]
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Experiment:
    """An experiment, deleted ones included: they keep their names."""

    experiment_id: str
    name: str
    tags: Mapping[str, str]
    created_at: datetime


class TrackingHook(DatabricksHook):
    """MLflow's REST API with the authentication, retries and errors of the provider's hook."""

    def workspace(self) -> str:
        """Where the workspace says that its pages are; a container may reach it by another name than people do."""
        try:
            runs = self._do_api_call(endpoints.LIST_JOB_RUNS.query(limit="1")).get("runs", [])
        except DatabricksApiError:
            runs = []  # a bare MLflow server has no jobs; no link is worth a failure
        told = urlsplit(runs[0].get("run_page_url", "")) if runs else None
        return f"{told.scheme}://{told.netloc}" if told and told.netloc else str(self._endpoint_url("")).rstrip("/")

    def find_mlflow_run(
        self, experiment_name: str, tags: Mapping[str, str], *, finished: bool = True
    ) -> MlflowRun | None:
        """The newest run with all these tags; None where there is no such run or experiment.

        Args:
            experiment_name: the experiment to search.
            tags: tags and their values.
            finished: finished runs only.
        """
        experiment = self.experiment(experiment_name)
        if experiment is None:
            return None
        terms = [f"tags.`{key}` = '{value}'" for key, value in tags.items()]
        terms += [f"attributes.status = '{FINISHED}'"] if finished else []
        body = {
            "experiment_ids": [experiment.experiment_id],
            "filter": " and ".join(terms),
            "order_by": ["attributes.start_time DESC"],
            "max_results": 1,
        }
        runs = self._do_api_call(endpoints.SEARCH_RUNS, body).get("runs", [])
        return _mlflow_run(runs[0]) if runs else None

    def mlflow_run(self, run_id: str) -> MlflowRun:
        """An MLflow run by its id."""
        return _mlflow_run(self._do_api_call(endpoints.GET_RUN.query(run_id=run_id))["run"])

    def start_run(self, experiment_name: str, run_name: str, tags: Mapping[str, str]) -> str:
        """Create a run with all its tags; returns its id. The experiment is created where there is none."""
        body = {
            "experiment_id": self._experiment_id(experiment_name),
            "run_name": run_name,
            "start_time": _now(),
            "tags": _entries(tags),
        }
        return str(self._do_api_call(endpoints.CREATE_RUN, body)["run"]["info"]["run_id"])

    def finish_run(self, run_id: str) -> None:
        """Mark a run as finished now."""
        self._do_api_call(endpoints.UPDATE_RUN, {"run_id": run_id, "status": FINISHED, "end_time": _now()})

    def experiment(self, name: str) -> Experiment | None:
        """The experiment of a name; None where there is none."""
        answer = self._get_or_none(endpoints.GET_EXPERIMENT.query(experiment_name=name))
        return None if answer is None else _experiment(answer["experiment"])

    def experiments_below(self, folder: str) -> list[Experiment]:
        """Experiments whose names begin with `folder/`, by name, the last first; deleted ones as well."""
        body = {
            "filter": f"name LIKE '{folder}/%'",
            "view_type": "ALL",
            "order_by": ["name DESC"],
            "max_results": MOST_EXPERIMENTS,
        }
        found = self._do_api_call(endpoints.SEARCH_EXPERIMENTS, body).get("experiments", [])
        named = [_experiment(entry) for entry in found]
        # LIKE takes an underscore for any character, and a search may have an order of its own.
        return sorted((e for e in named if e.name.startswith(f"{folder}/")), key=lambda e: e.name, reverse=True)

    def create_experiment(self, name: str, tags: Mapping[str, str]) -> Experiment:
        """The experiment of a name, with these tags if this call created it. Of several calls at once one creates it.

        Raises:
            DatabricksApiError: it exists and cannot be read.
        """
        try:
            self._create_experiment(name, tags)
        except DatabricksApiError as error:
            if EXISTING_RESOURCE not in str(error):
                raise
        return _experiment(self._do_api_call(endpoints.GET_EXPERIMENT.query(experiment_name=name))["experiment"])

    def tag_experiment(self, experiment_id: str, key: str, value: str) -> None:
        """Set a tag on an experiment."""
        self._do_api_call(endpoints.SET_EXPERIMENT_TAG, {"experiment_id": experiment_id, "key": key, "value": value})

    def _experiment_id(self, name: str) -> str:
        found = self.experiment(name) or self.create_experiment(name, {})
        return found.experiment_id

    def _create_experiment(self, name: str, tags: Mapping[str, str]) -> None:
        body = {"name": name, "tags": _entries(tags)}
        try:
            self._do_api_call(endpoints.CREATE_EXPERIMENT, body)
        except DatabricksApiError as error:
            if MISSING_RESOURCE not in str(error):
                raise
            # Databricks keeps experiments in folders of the workspace, and this one is not there yet.
            self._do_api_call(endpoints.MAKE_FOLDER, {"path": name.rpartition("/")[0]})
            self._do_api_call(endpoints.CREATE_EXPERIMENT, body)

    def _get_or_none(self, endpoint: Endpoint) -> dict[str, Any] | None:
        """None where the resource is missing; a missing route, as of a wrong host, stays an error."""
        try:
            return dict(self._do_api_call(endpoint))
        except DatabricksApiError as error:
            if error.http_status_code == NOT_FOUND and MISSING_RESOURCE in str(error):
                return None
            raise


def _mlflow_run(run: Mapping[str, Any]) -> MlflowRun:
    data = run["data"]
    return MlflowRun(
        run_id=run["info"]["run_id"],
        experiment_id=run["info"]["experiment_id"],
        tags=pairs(data.get("tags", [])),
        metrics={metric["key"]: metric["value"] for metric in data.get("metrics", [])},
    )


def _experiment(entry: Mapping[str, Any]) -> Experiment:
    return Experiment(
        experiment_id=entry["experiment_id"],
        name=entry["name"],
        tags=pairs(entry.get("tags", [])),
        created_at=datetime.fromtimestamp(int(entry["creation_time"]) / 1000, UTC),
    )


def pairs(entries: list[dict[str, str]]) -> dict[str, str]:
    """Tags as MLflow lists them, as a mapping."""
    return {entry["key"]: entry["value"] for entry in entries}


def _entries(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _now() -> int:
    return time.time_ns() // 1_000_000
