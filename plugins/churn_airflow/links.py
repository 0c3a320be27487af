"""Where people find what questions and the page about the model speak of."""

from dataclasses import dataclass
from urllib.parse import quote

REPORT = "report.html"


@dataclass(frozen=True)
class Links:
    """Addresses of pages in the workspace and in Airflow.

    Args:
        workspace: scheme, host and port. A workspace without TLS is not Databricks: it has MLflow's own pages.
    """

    workspace: str

    @property
    def _mlflow(self) -> str:
        return f"{self.workspace}/ml" if self.workspace.startswith("https://") else f"{self.workspace}/#"

    def run(self, experiment_id: str, run_id: str) -> str:
        """An MLflow run."""
        return f"{self._mlflow}/experiments/{experiment_id}/runs/{run_id}"

    def report(self, experiment_id: str, run_id: str) -> str:
        """The report among a comparison's artifacts."""
        return f"{self.run(experiment_id, run_id)}/artifacts/{REPORT}"

    def version(self, model_name: str, version: str) -> str:
        """A version of a registered model; `catalog.schema.model` lies in Unity Catalog."""
        if model_name.count(".") == 2:
            return f"{self.workspace}/explore/data/models/{model_name.replace('.', '/')}/version/{version}"
        return f"{self._mlflow}/models/{quote(model_name, safe='')}/versions/{version}"


def dag_run(dag_id: str | None, run_id: str | None) -> str | None:
    """A DAG run's page, relative to the page about the model; None for what no DAG did."""
    return f"../dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}" if dag_id and run_id else None
