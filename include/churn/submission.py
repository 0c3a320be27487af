"""The body of a `runs/submit` request that runs jobs of the wheel, on the compute that the settings name."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from churn import __version__
from churn.config.compute import ExistingCluster, InstancePool, NewCluster, Serverless
from churn.config.settings import Settings, WheelSettings
from churn.errors import ConfigError
from churn.job_names import JobName

PACKAGE = "churn"
ENVIRONMENT_KEY = "churn"
WHEEL_NAME = f"{PACKAGE}-{__version__}-py3-none-any.whl"
# Databricks' machine learning runtimes have it, serverless compute and the other runtimes do not.
FEATURE_STORE_CLIENT = "databricks-feature-store==0.17.*"
# A cluster without workers is a single node, which Databricks recognises by these.
SINGLE_NODE = {
    "spark_conf": {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"},
    "custom_tags": {"ResourceClass": "SingleNode"},
}

Json = dict[str, Any]


def submit_run(settings: Settings, job: str, parameters: Mapping[str, str], *, run_name: str) -> Json:
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
    return submit_runs(settings, [(job, parameters)], run_name=run_name)


def submit_runs(settings: Settings, steps: Sequence[tuple[str, Mapping[str, str]]], *, run_name: str) -> Json:
    """The request of one run with a task for each job, each behind the one before it.

    A submitted run cannot share a cluster of its own making among its tasks, as a saved job can: with `new_cluster`,
    each task waits for a cluster of its own. The other kinds of compute are shared.

    Args:
        settings: of the environment that the jobs are to run in.
        steps: jobs in the order of running, each with its parameters; see `submit_run`.
        run_name: what the workspace's list of runs shows.

    Raises:
        ConfigError: as `submit_run` does.
    """
    place, environments = _compute(settings)
    tasks = [_task(settings, job, parameters) | place for job, parameters in steps]
    for before, after in pairwise(tasks):
        after["depends_on"] = [{"task_key": before["task_key"]}]
    return {"run_name": run_name, "tasks": tasks, **environments}


def wheel_path(wheel: WheelSettings) -> str:
    """Where the wheel of this version is uploaded to, and where runs take it from."""
    return f"{wheel.directory}/{WHEEL_NAME}"


def _task(settings: Settings, job: str, parameters: Mapping[str, str]) -> Json:
    return {
        "task_key": _known(job).value,
        "python_wheel_task": {
            "package_name": PACKAGE,
            "entry_point": PACKAGE,
            "named_parameters": _named_parameters(settings, job, parameters),
        },
    }


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


def _compute(settings: Settings) -> tuple[Json, Json]:
    """What each task says of where it runs, and what the run says besides."""
    match settings.compute:
        case Serverless(environment_version=version):
            spec = {"environment_version": version, "dependencies": [wheel_path(settings.wheel), *_packages(settings)]}
            return {"environment_key": ENVIRONMENT_KEY}, {
                "environments": [{"environment_key": ENVIRONMENT_KEY, "spec": spec}]
            }
        case ExistingCluster(cluster_id=cluster_id):
            return {"existing_cluster_id": cluster_id, "libraries": _libraries(settings)}, {}
        case InstancePool() | NewCluster() as cluster:
            return {"new_cluster": _new_cluster(cluster), "libraries": _libraries(settings)}, {}


def _packages(settings: Settings) -> list[str]:
    """What the wheel itself cannot depend on, since its licence ties it to Databricks."""
    return [FEATURE_STORE_CLIENT] if settings.features.store == "databricks" else []


def _libraries(settings: Settings) -> list[Json]:
    packages = [{"pypi": {"package": package}} for package in _packages(settings)]
    return [{"whl": wheel_path(settings.wheel)}, *packages]


def _new_cluster(cluster: InstancePool | NewCluster) -> Json:
    body = cluster.model_dump(exclude={"kind", "machines"}, exclude_none=True)
    if isinstance(cluster, NewCluster):
        machines = cluster.machines
        attributes = machines.model_dump(exclude={"cloud", "node_type_id"}, exclude_none=True)
        body |= {"node_type_id": machines.node_type_id, f"{machines.cloud}_attributes": attributes}
    return body if cluster.num_workers else body | SINGLE_NODE
