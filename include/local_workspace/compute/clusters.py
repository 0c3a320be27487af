"""The clusters and instance pools that the workspace has: they are there so that settings can name them."""

from dataclasses import dataclass

from local_workspace.errors import InvalidParameterError, ResourceNotFoundError


@dataclass(frozen=True)
class Cluster:
    """A cluster that is always up, since it is this machine."""

    cluster_id: str
    cluster_name: str
    spark_version: str
    node_type_id: str


@dataclass(frozen=True)
class InstancePool:
    """A pool of machines of one type."""

    instance_pool_id: str
    instance_pool_name: str
    node_type_id: str


CLUSTERS = (Cluster("0101-000000-local000", "Local", "17.3.x-cpu-ml-scala2.13", "i3.xlarge"),)
POOLS = (
    InstancePool("0101-000000-aws00-pool-local000", "Local AWS", "i3.xlarge"),
    InstancePool("0101-000000-azure-pool-local000", "Local Azure", "Standard_D4ds_v5"),
    InstancePool("0101-000000-gcp00-pool-local000", "Local Google Cloud", "n2-highmem-4"),
)


def find_cluster(cluster_id: str) -> Cluster:
    """Return a cluster.

    Raises:
        InvalidParameterError: there is none of this id.
    """
    for cluster in CLUSTERS:
        if cluster.cluster_id == cluster_id:
            return cluster
    raise InvalidParameterError(f"Cluster {cluster_id} does not exist")


def find_pool(pool_id: str) -> InstancePool:
    """Return an instance pool.

    Raises:
        ResourceNotFoundError: there is none of this id.
    """
    for pool in POOLS:
        if pool.instance_pool_id == pool_id:
            return pool
    raise ResourceNotFoundError(f"Instance pool {pool_id} does not exist")
