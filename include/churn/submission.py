"""The body of a `runs/submit` request that runs one job of the wheel, on the compute that the settings name."""

from collections.abc import Mapping
from typing import Any

from churn import __version__
from churn.config.settings import ExistingCluster, NewCluster, Serverless, Settings, WheelSettings
from churn.errors import ConfigError
from churn.job_names import JobName

PACKAGE = "churn"
ENVIRONMENT_KEY = "churn"
WHEEL_NAME = f"{PACKAGE}-{__version__}-py3-none-any.whl"
# A cluster without workers is a single node, which Databricks recognises by these.
SINGLE_NODE = {
    "spark_conf": {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"},
    "custom_tags": {"ResourceClass": "SingleNode"},
}


def submit_run(settings: Settings, job: str, parameters: Mapping[str, str], *, run_name: str) -> dict[str, Any]:
    """The request of one run with one task, whose key is the job's name.

    Args:
        settings: of the environment that the job is to run in.
        job: the name of a job, such as `model-train`.
        parameters: dotted settings to override, and what the job itself takes, without dashes. Values are passed
            through as they are, so they may be Airflow templates.
        run_name: what the workspace's list of runs shows.

    Raises:
        ConfigError: there is no such job, a parameter is named twice, or a value is not a string.
    """
    task: dict[str, Any] = {
        "task_key": _known(job).value,
        "python_wheel_task": {
            "package_name": PACKAGE,
            "entry_point": PACKAGE,
            "named_parameters": _named_parameters(settings, job, parameters),
        },
    }
    wheel = wheel_path(settings.wheel)
    match settings.compute:
        case Serverless(environment_version=version):
            environment = {
                "environment_key": ENVIRONMENT_KEY,
                "spec": {"environment_version": version, "dependencies": [wheel]},
            }
            task["environment_key"] = ENVIRONMENT_KEY
            return {"run_name": run_name, "tasks": [task], "environments": [environment]}
        case ExistingCluster(cluster_id=cluster_id):
            task["existing_cluster_id"] = cluster_id
        case NewCluster() as cluster:
            task["new_cluster"] = _new_cluster(cluster)
    task["libraries"] = [{"whl": wheel}]
    return {"run_name": run_name, "tasks": [task]}


def wheel_path(wheel: WheelSettings) -> str:
    """Where the wheel of this version is uploaded to, and where runs take it from."""
    return f"{wheel.directory}/{WHEEL_NAME}"


def _known(job: str) -> JobName:
    try:
        return JobName(job)
    except ValueError as error:
        raise ConfigError(f"There is no job '{job}': choose one of {JobName.listed()}") from error


def _named_parameters(settings: Settings, job: str, parameters: Mapping[str, str]) -> dict[str, str]:
    fixed = {"job": str(job), "env": settings.environment}
    for name, value in parameters.items():
        if name in fixed:
            raise ConfigError(f"The parameter '{name}' of {job} is set by the settings: leave it out")
        if not isinstance(value, str):
            raise ConfigError(f"The parameter '{name}' of {job} is {value!r}: named parameters are strings, quote it")
    return {**fixed, **parameters}


def _new_cluster(cluster: NewCluster) -> dict[str, Any]:
    body = cluster.model_dump(exclude={"kind"}, exclude_none=True)
    return body if cluster.num_workers else body | SINGLE_NODE
