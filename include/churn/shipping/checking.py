"""Whether a workspace has what an environment's settings name, asked of the workspace itself."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.iam import User

from churn.config import Settings
from churn.config.compute import ExistingCluster, InstancePool, JobCluster, NewCluster, Serverless
from churn.shipping.findings import Finding, State, look
from churn.shipping.permissions import Demand, find_permissions, principals
from churn.shipping.places import VOLUMES, place_of
from churn.submission import wheel_path

LOG_IN = "set DATABRICKS_HOST and DATABRICKS_TOKEN, or log in with `databricks auth login`"
USE_SCHEMA = ("USE_SCHEMA", "SELECT", "MODIFY", "CREATE_TABLE")
USE_VOLUME = ("READ_VOLUME", "WRITE_VOLUME")


def check(client: WorkspaceClient, settings: Settings) -> Iterator[Finding]:
    """Look for one thing after the other; without a connection, for nothing else.

    It is asked as whoever's credentials the client has. The DAGs ask as the user of their connection, who may be
    another one.
    """
    connection = look(f"connection to {client.config.host}", lambda: f"as {client.current_user.me().user_name}", LOG_IN)
    yield connection
    if connection.state is State.OK:
        yield from _compute(client, settings)
        yield from _tables(client, settings, client.current_user.me())
        yield _wheel(client, settings)


def _compute(client: WorkspaceClient, settings: Settings) -> Iterator[Finding]:
    match settings.compute:
        case Serverless():
            yield Finding("serverless compute", State.UNKNOWN, "the first run shows whether it is enabled for jobs")
        case ExistingCluster(cluster_id=cluster_id):
            yield look(
                f"cluster {cluster_id}",
                lambda: str(client.clusters.get(cluster_id).cluster_name),
                "correct compute.cluster_id, or ask for the permission to attach to it",
            )
        case InstancePool() as pool:
            yield from (_pool(client, pool_id) for pool_id in _pools(pool))
            yield _runtime(client, pool)
        case NewCluster() as cluster:
            yield _node_type(client, cluster)
            yield _runtime(client, cluster)


def _pools(pool: InstancePool) -> list[str]:
    return [pool_id for pool_id in (pool.instance_pool_id, pool.driver_instance_pool_id) if pool_id]


def _pool(client: WorkspaceClient, pool_id: str) -> Finding:
    remedy = "correct compute.instance_pool_id, or ask for the permission to attach to it"
    return look(f"instance pool {pool_id}", lambda: client.instance_pools.get(pool_id).instance_pool_name or "", remedy)


def _node_type(client: WorkspaceClient, cluster: NewCluster) -> Finding:
    known = [node_type.node_type_id for node_type in client.clusters.list_node_types().node_types or []]
    return _among("node type", "compute.machines.node_type_id", cluster.machines.node_type_id, known)


def _runtime(client: WorkspaceClient, cluster: JobCluster) -> Finding:
    known = [version.key for version in client.clusters.spark_versions().versions or [] if version.key]
    return _among("runtime", "compute.spark_version", cluster.spark_version, known)


def _among(kind: str, key: str, name: str, known: Iterable[str]) -> Finding:
    if name in (names := list(known)):
        return Finding(f"{kind} {name}", State.OK)
    near = ", ".join(get_close_matches(name, names, cutoff=0)) or "none"
    return Finding(f"{kind} {name}", State.MISSING, f"set {key} to one that the workspace has, such as {near}")


def _tables(client: WorkspaceClient, settings: Settings, me: User) -> Iterator[Finding]:
    catalog, schema = settings.tables.catalog, settings.tables.database
    if catalog is None:
        yield Finding(f"schema {schema}", State.UNKNOWN, "the Hive metastore is seen from a cluster only")
        return
    yield look(
        f"catalog {catalog}", lambda: f"owned by {client.catalogs.get(catalog).owner}", f"CREATE CATALOG {catalog}"
    )
    yield from _securable(client, "schema", schema, USE_SCHEMA, me)
    if settings.wheel.directory.startswith(VOLUMES):
        volume = ".".join(settings.wheel.directory.split("/")[2:5])
        yield from _securable(client, "volume", volume, USE_VOLUME, me)


def _securable(
    client: WorkspaceClient, kind: str, name: str, privileges: tuple[str, ...], me: User
) -> Iterator[Finding]:
    def owner() -> str:
        found = client.schemas.get(name) if kind == "schema" else client.volumes.read(name)
        return str(found.owner)

    there = look(f"{kind} {name}", owner, f"CREATE {kind.upper()} {name}")
    yield replace(there, detail=f"owned by {there.detail}") if there.state is State.OK else there
    if there.state is State.OK:
        yield find_permissions(client, Demand(kind, name, there.detail, privileges), principals(me))


def _wheel(client: WorkspaceClient, settings: Settings) -> Finding:
    path = wheel_path(settings.wheel)
    return look(
        f"wheel {path}",
        lambda: f"{_size(client, path)} bytes",
        f"run `churn deploy --env {settings.environment}`",
    )


def _size(client: WorkspaceClient, path: str) -> int:
    content = place_of(client, path).read(path)
    if content is None:
        raise NotFound("no such file")
    return len(content)
