"""The model registry: which version is in Staging, which in Production, by stages or by aliases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

from churn.config.settings import RegistryMode
from churn.errors import RegistryError
from churn.features.holdout import Holdout
from churn.stages import ALIASES, Stage

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

    from churn.config.settings import RegistrySettings


def open_registry(settings: "RegistrySettings") -> "Registry":
    """The registry of this environment.

    On Databricks, stages live in the workspace's registry and aliases in Unity Catalog; elsewhere the tracking server
    holds both.
    """
    if mlflow.get_tracking_uri().startswith("databricks"):
        mlflow.set_registry_uri("databricks" if settings.mode is RegistryMode.STAGES else "databricks-uc")
    return Registry(mlflow.MlflowClient(), settings.model_name, settings.mode)


@dataclass(frozen=True)
class Registry:
    """One registered model, seen through stages or aliases."""

    client: "MlflowClient"
    model_name: str
    mode: RegistryMode

    def versions(self) -> list["ModelVersion"]:
        """All versions of the model, oldest first; none when there is no such model."""
        found = mlflow.search_model_versions(filter_string=f"name = '{self.model_name}'")  # all pages
        return sorted(found, key=lambda version: int(version.version))

    def in_stage(self, stage: Stage) -> list["ModelVersion"]:
        """Versions in Staging or Production, oldest first.

        An alias marks one version at most; a champion that is still called challenger is in Production only.
        """
        if self.mode is RegistryMode.STAGES:
            return [version for version in self.versions() if version.current_stage == stage]
        holders = self._by_alias()
        number = holders.get(stage)
        if number is None or (stage is Stage.STAGING and number == holders.get(Stage.PRODUCTION)):
            return []
        return [self.client.get_model_version(self.model_name, number)]

    def production(self) -> "ModelVersion":
        """The version in Production.

        Raises:
            RegistryError: there is none, or more than one.
        """
        versions = self.in_stage(Stage.PRODUCTION)
        if not versions:
            raise RegistryError(
                f"The model {self.model_name} has no version in Production: promote one with initial_train_register "
                "or deploy_gate"
            )
        if len(versions) > 1:
            numbers = ", ".join(str(version.version) for version in versions)
            raise RegistryError(
                f"The model {self.model_name} has versions {numbers} in Production: archive all but the one to use"
            )
        return versions[0]

    def version_of_run(self, run_id: str) -> "ModelVersion":
        """The version that a training run registered.

        Raises:
            RegistryError: it registered none.
        """
        for version in reversed(self.versions()):
            if version.run_id == run_id:
                return version
        raise RegistryError(f"The run {run_id} registered no version of {self.model_name}: look at its log")

    def holdout_of(self, version: "ModelVersion") -> Holdout | None:
        """Which customers the version was trained without, as its training run says; None where it does not."""
        if not version.run_id:
            return None
        parameters = self.client.get_run(version.run_id).data.params
        try:
            return Holdout(float(parameters["reference_share"]), parameters["reference_salt"])
        except KeyError:
            return None

    def uri(self, version: "ModelVersion") -> str:
        """What MLflow loads the version by."""
        return f"models:/{self.model_name}/{version.version}"

    def tag(self, version: "ModelVersion", tags: Mapping[str, str]) -> None:
        """Put tags on a version."""
        for key, value in tags.items():
            self.client.set_model_version_tag(self.model_name, str(version.version), key, value)

    def delete_model(self) -> bool:
        """Archive all versions, then delete the model with them; whether there was one."""
        if self._model() is None:
            return False
        if self.mode is RegistryMode.STAGES:
            for version in self.versions():
                self._archive(version)
        self.client.delete_registered_model(self.model_name)
        return True

    def _archive(self, version: "ModelVersion") -> None:
        if version.current_stage != Stage.ARCHIVED:
            self.client.transition_model_version_stage(self.model_name, str(version.version), Stage.ARCHIVED)

    def _by_alias(self) -> dict[Stage, str]:
        model = self._model()
        aliases = model.aliases if model else {}
        return {stage: str(aliases[alias]) for stage, alias in ALIASES.items() if alias in aliases}

    def _model(self) -> "RegisteredModel | None":
        try:
            return self.client.get_registered_model(self.model_name)
        except MlflowException as error:
            if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
                return None
            raise
