"""`/api/2.x/clusters/*` and `/api/2.0/instance-pools/*`: what there is to choose from."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from local_workspace.api.shapes import CREATOR, Json
from local_workspace.api.versions import versioned
from local_workspace.compute import node_types
from local_workspace.compute.clusters import CLUSTERS, POOLS, Cluster, InstancePool, find_cluster, find_pool
from local_workspace.compute.node_types import NodeType
from local_workspace.compute.runtimes import spark_versions
from local_workspace.http.requests import fields


class OneCluster(BaseModel):
    cluster_id: str


class OnePool(BaseModel):
    instance_pool_id: str


def router() -> APIRouter:
    """The endpoints; they need no state."""
    api = APIRouter()
    api.include_router(
        versioned(
            "clusters",
            ("2.1", "2.0"),
            {
                ("GET", "get"): get_cluster,
                ("GET", "list"): list_clusters,
                ("GET", "spark-versions"): list_spark_versions,
                ("GET", "list-node-types"): list_node_types,
            },
        )
    )
    api.include_router(
        versioned("instance-pools", ("2.0",), {("GET", "get"): get_pool, ("GET", "list"): list_pools}),
    )
    return api


async def get_cluster(asked: Annotated[OneCluster, fields(OneCluster)]) -> Json:
    return _cluster(find_cluster(asked.cluster_id))


async def list_clusters() -> Json:
    return {"clusters": [_cluster(cluster) for cluster in CLUSTERS]}


async def list_spark_versions() -> Json:
    return {"versions": [{"key": key, "name": name} for key, name in spark_versions().items()]}


async def list_node_types() -> Json:
    return {"node_types": [_node_type(node_type) for node_type in node_types.ALL]}


async def get_pool(asked: Annotated[OnePool, fields(OnePool)]) -> Json:
    return _pool(find_pool(asked.instance_pool_id))


async def list_pools() -> Json:
    return {"instance_pools": [_pool(pool) for pool in POOLS]}


def _cluster(cluster: Cluster) -> Json:
    return {
        "cluster_id": cluster.cluster_id,
        "cluster_name": cluster.cluster_name,
        "creator_user_name": CREATOR,
        "spark_version": cluster.spark_version,
        "node_type_id": cluster.node_type_id,
        "driver_node_type_id": cluster.node_type_id,
        "num_workers": 0,
        "data_security_mode": "SINGLE_USER",
        "cluster_source": "API",
        "state": "RUNNING",
        "state_message": "",
    }


def _pool(pool: InstancePool) -> Json:
    return {
        "instance_pool_id": pool.instance_pool_id,
        "instance_pool_name": pool.instance_pool_name,
        "node_type_id": pool.node_type_id,
        "min_idle_instances": 0,
        "state": "ACTIVE",
        "stats": {"used_count": 0, "idle_count": 0, "pending_used_count": 0, "pending_idle_count": 0},
        "status": {},
    }


def _node_type(node_type: NodeType) -> Json:
    return {
        "node_type_id": node_type.node_type_id,
        "instance_type_id": node_type.node_type_id,
        "description": node_type.node_type_id,
        "num_cores": node_type.num_cores,
        "memory_mb": node_type.memory_mb,
        "num_gpus": node_type.num_gpus,
        "category": node_type.category,
        "is_deprecated": False,
        "is_hidden": False,
    }
