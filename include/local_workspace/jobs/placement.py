"""Where tasks ask to run: on clusters that exist."""

from local_workspace.compute.clusters import find_cluster
from local_workspace.jobs.specification import RunSettings


def check_clusters(settings: RunSettings) -> None:
    """Refuse settings that name a cluster which the workspace does not have.

    Raises:
        InvalidParameterError: a task names such a cluster.
    """
    for task in settings.tasks:
        if task.existing_cluster_id:
            find_cluster(task.existing_cluster_id)
