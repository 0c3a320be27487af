"""Faults that lie between the settings of a run: references that lead nowhere, circles, contradictions."""

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_workspace.jobs.specification import RunSettings, Task

MAX_TASKS = 1000
# An instance pool fixes the machines; naming them as well is refused.
_FIXED_BY_POOL = ("node_type_id", "driver_node_type_id")


def find_fault(settings: "RunSettings") -> str | None:
    """Describe the first fault, or return None."""
    return next(_faults(settings), None)


def _faults(settings: "RunSettings") -> Iterator[str]:
    keys = Counter(task.task_key for task in settings.tasks)
    if len(settings.tasks) > MAX_TASKS:
        yield f"A job can have up to {MAX_TASKS} tasks, got {len(settings.tasks)}."
    for key, count in keys.items():
        if count > 1:
            yield f"Task key '{key}' is used {count} times; it must be unique."
    for task in settings.tasks:
        yield from _task_faults(task, settings, set(keys))
    for cluster in settings.job_clusters:
        yield from _cluster_faults(f"Job cluster '{cluster.job_cluster_key}'", cluster.new_cluster)
    yield from _circles(settings.tasks)


def _task_faults(task: "Task", settings: "RunSettings", keys: set[str]) -> Iterator[str]:
    name = f"Task '{task.task_key}'"
    for dependency in task.depends_on:
        if dependency.task_key not in keys:
            yield f"{name} depends on '{dependency.task_key}', which is not a task of this run."
    if task.environment_key and task.environment_key not in {e.environment_key for e in settings.environments}:
        yield f"{name} uses the environment '{task.environment_key}', which 'environments' does not have."
    if task.job_cluster_key and task.job_cluster_key not in {c.job_cluster_key for c in settings.job_clusters}:
        yield f"{name} uses the job cluster '{task.job_cluster_key}', which 'job_clusters' does not have."
    yield from _compute_faults(name, task)


def _compute_faults(name: str, task: "Task") -> Iterator[str]:
    places = ("existing_cluster_id", "new_cluster", "job_cluster_key", "environment_key")
    chosen = [place for place in places if getattr(task, place)]
    if len(chosen) > 1:
        yield f"{name} must run in one place, but has {' and '.join(chosen)}."
    if task.environment_key and task.libraries:
        yield f"{name}: libraries are not supported with an environment; list them in its 'dependencies'."
    yield from _cluster_faults(name, task.new_cluster or {})


def _cluster_faults(name: str, cluster: dict[str, Any]) -> Iterator[str]:
    if cluster and not cluster.get("spark_version") and not cluster.get("policy_id"):
        yield "Missing required field: new_cluster.spark_version"
    for field in _FIXED_BY_POOL:
        if cluster.get("instance_pool_id") and cluster.get(field):
            yield f"{name}: the field '{field}' cannot be supplied when an instance pool ID is provided."


def _circles(tasks: "list[Task]") -> Iterator[str]:
    graph = {task.task_key: {before.task_key for before in task.depends_on} for task in tasks}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"Tasks depend on each other in a circle: {' -> '.join(error.args[1])}."
