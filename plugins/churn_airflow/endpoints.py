"""The MLflow REST routes that the plugins call, as the provider's hook takes them: method and path below `/api/`."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from churn.config import RegistryMode


class Endpoint(NamedTuple):
    """A method and a path."""

    method: str
    path: str

    def query(self, **parameters: str) -> "Endpoint":
        """The endpoint with a query string in its path.

        The hook's asynchronous half sends parameters of a GET as a JSON body, which no server reads; in the path both
        halves send them alike.
        """
        return self._replace(path=f"{self.path}?{urlencode(parameters, quote_via=quote)}")


GET_EXPERIMENT = Endpoint("GET", "2.0/mlflow/experiments/get-by-name")
CREATE_EXPERIMENT = Endpoint("POST", "2.0/mlflow/experiments/create")
SEARCH_EXPERIMENTS = Endpoint("POST", "2.0/mlflow/experiments/search")
SET_EXPERIMENT_TAG = Endpoint("POST", "2.0/mlflow/experiments/set-experiment-tag")
MAKE_FOLDER = Endpoint("POST", "2.0/workspace/mkdirs")  # of the workspace, where experiments lie in folders

LIST_JOB_RUNS = Endpoint("GET", "2.2/jobs/runs/list")

SEARCH_RUNS = Endpoint("POST", "2.0/mlflow/runs/search")
GET_RUN = Endpoint("GET", "2.0/mlflow/runs/get")
CREATE_RUN = Endpoint("POST", "2.0/mlflow/runs/create")
UPDATE_RUN = Endpoint("POST", "2.0/mlflow/runs/update")

GET_MODEL = Endpoint("GET", "registered-models/get")
GET_VERSION = Endpoint("GET", "model-versions/get")
SEARCH_VERSIONS = Endpoint("GET", "model-versions/search")
SET_VERSION_TAG = Endpoint("POST", "model-versions/set-tag")
TRANSITION_STAGE = Endpoint("POST", "model-versions/transition-stage")
SET_ALIAS = Endpoint("POST", "registered-models/alias")
DELETE_ALIAS = Endpoint("DELETE", "registered-models/alias")

WORKSPACE_REGISTRY = "2.0/mlflow"
UNITY_CATALOG = "2.0/mlflow/unity-catalog"


def in_registry(endpoint: Endpoint, mode: RegistryMode, model_name: str) -> Endpoint:
    """A registry endpoint below the prefix that serves the model: `catalog.schema.model` lives in Unity Catalog."""
    in_catalog = mode is RegistryMode.ALIASES and model_name.count(".") == 2
    return endpoint._replace(path=f"{UNITY_CATALOG if in_catalog else WORKSPACE_REGISTRY}/{endpoint.path}")
