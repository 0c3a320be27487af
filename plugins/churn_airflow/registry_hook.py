"""The model registry, over the same Databricks connection as the jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from airflow.providers.databricks.exceptions import DatabricksApiError

from churn.config import RegistryMode
from churn.stages import ALIASES, Stage
from churn_airflow import endpoints
from churn_airflow.endpoints import Endpoint
from churn_airflow.occupancy import occupant, stage_of_alias
from churn_airflow.tracking_hook import NOT_FOUND, MlflowRun, TrackingHook, pairs

__all__ = ["MlflowRun", "ModelVersion", "RegistryHook"]


@dataclass(frozen=True)
class ModelVersion:
    """A registered version: its number, the training run that it came from, its tags."""

    version: str
    run_id: str
    tags: Mapping[str, str]


class RegistryTask(Protocol):
    """A task that speaks to the registry."""

    databricks_conn_id: str
    registry_mode: RegistryMode


class RegistryHook(TrackingHook):
    """The registry's REST API; the tracker's as well, since versions come from runs and are decided on by runs.

    Args:
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: how the registry marks what is in Staging and in Production.
        caller: named in the user agent.
        patience: the provider's `timeout_seconds`, `retry_limit` and `retry_delay`.
    """

    def __init__(self, databricks_conn_id: str, *, registry_mode: RegistryMode, caller: str, **patience: Any) -> None:
        super().__init__(databricks_conn_id, caller=caller, **patience)
        self.registry_mode = registry_mode

    @classmethod
    def of(cls, task: RegistryTask) -> "RegistryHook":
        """The hook of a task, whose class is named in the user agent."""
        return cls(task.databricks_conn_id, registry_mode=task.registry_mode, caller=type(task).__name__)

    def version_in(self, model_name: str, stage: Stage) -> str | None:
        """The newest version in a stage; None where there is no version or no such model.

        Raises:
            AirflowException: the registry cannot be reached or refuses.
        """
        return occupant(self.registry_mode, self._model(model_name), stage)

    async def a_version_in(self, model_name: str, stage: Stage) -> str | None:
        """`version_in` without blocking; to be called inside `async with hook`."""
        endpoint = self._registry(endpoints.GET_MODEL, model_name).query(name=model_name)
        try:
            answer = await self._a_do_api_call(endpoint)
        except DatabricksApiError as error:
            # The body is lost here: whoever waits has made the same call synchronously before.
            if error.http_status_code == NOT_FOUND:
                return None
            raise
        return occupant(self.registry_mode, answer["registered_model"], stage)

    def stage_of(self, model_name: str, version: str) -> Stage:
        """The stage that a version is in.

        Raises:
            DatabricksApiError: there is no such model or version.
        """
        endpoint = self._registry(endpoints.GET_VERSION, model_name).query(name=model_name, version=version)
        found = self._do_api_call(endpoint)["model_version"]
        if self.registry_mode is RegistryMode.ALIASES:
            return stage_of_alias(self._model(model_name), version)
        return Stage(found["current_stage"])

    def seen_in(self, stage: Stage) -> Stage:
        """How `stage_of` answers for a version that is in a stage: aliases have no word for archived."""
        return Stage.NONE if self.registry_mode is RegistryMode.ALIASES and stage is Stage.ARCHIVED else stage

    def model_version(self, model_name: str, version: str) -> ModelVersion | None:
        """A version; None where there is none of this number."""
        endpoint = self._registry(endpoints.GET_VERSION, model_name).query(name=model_name, version=version)
        answer = self._get_or_none(endpoint)
        if answer is None:
            return None
        found = answer["model_version"]
        return ModelVersion(version, found.get("run_id", ""), pairs(found.get("tags", [])))

    def created_at(self, model_name: str) -> int:
        """When the model was registered, in milliseconds: a model that was deleted and made anew is another.

        Raises:
            DatabricksApiError: there is no such model.
        """
        endpoint = self._registry(endpoints.GET_MODEL, model_name).query(name=model_name)
        return int(self._do_api_call(endpoint)["registered_model"]["creation_timestamp"])

    def move(self, model_name: str, version: str, to_stage: Stage) -> None:
        """Put a version into a stage; into Production by archiving what was there. Repeating it changes nothing."""
        if self.registry_mode is RegistryMode.ALIASES:
            self._move_aliases(model_name, version, to_stage)
            return
        body = {
            "name": model_name,
            "version": version,
            "stage": to_stage.value,
            "archive_existing_versions": to_stage is Stage.PRODUCTION,
        }
        self._do_api_call(self._registry(endpoints.TRANSITION_STAGE, model_name), body)

    def tag_version(self, model_name: str, version: str, tags: Mapping[str, str]) -> None:
        """Set tags on a version."""
        endpoint = self._registry(endpoints.SET_VERSION_TAG, model_name)
        for key, value in tags.items():
            self._do_api_call(endpoint, {"name": model_name, "version": version, "key": key, "value": value})

    def version_of_run(self, model_name: str, run_id: str) -> str | None:
        """The newest version that was registered from an MLflow run."""
        endpoint = self._registry(endpoints.SEARCH_VERSIONS, model_name)
        query = {"filter": f"name='{model_name}'"}
        numbers: list[int] = []
        while True:
            page = self._do_api_call(endpoint.query(**query))
            numbers += [int(v["version"]) for v in page.get("model_versions", []) if v.get("run_id") == run_id]
            if not (token := page.get("next_page_token")):
                return str(max(numbers)) if numbers else None
            query["page_token"] = token

    def _model(self, model_name: str) -> dict[str, Any]:
        answer = self._get_or_none(self._registry(endpoints.GET_MODEL, model_name).query(name=model_name))
        return {} if answer is None else dict(answer["registered_model"])

    def _registry(self, endpoint: Endpoint, model_name: str) -> Endpoint:
        return endpoints.in_registry(endpoint, self.registry_mode, model_name)

    def _move_aliases(self, model_name: str, version: str, to_stage: Stage) -> None:
        """Give the stage's alias first and take others away after, so that a crash between leaves no gap."""
        target = ALIASES.get(to_stage)
        if target:
            body = {"name": model_name, "alias": target, "version": version}
            self._do_api_call(self._registry(endpoints.SET_ALIAS, model_name), body)
        for entry in self._model(model_name).get("aliases", []):
            if str(entry["version"]) == version and entry["alias"] in set(ALIASES.values()) - {target}:
                self._delete_alias(model_name, entry["alias"])

    def _delete_alias(self, model_name: str, alias: str) -> None:
        """The provider's hook sends no body with a DELETE, but MLflow reads one: only this call is made by hand."""
        endpoint = self._registry(endpoints.DELETE_ALIAS, model_name)
        token = self._get_token(raise_error=True)
        headers = {**self.user_agent_header, **self._get_aad_headers(), "Authorization": f"Bearer {token}"}
        for attempt in self._get_retry_object():
            with attempt:
                requests.delete(
                    self._endpoint_url(f"api/{endpoint.path}"),
                    json={"name": model_name, "alias": alias},
                    headers=headers,
                    timeout=self.timeout_seconds,
                    **self._get_requests_kwargs(),
                ).raise_for_status()
