"""Clusters, machines, runtimes and pools can be chosen from; catalogs, schemas, volumes and tables can be found."""

from collections.abc import Callable

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound, ResourceDoesNotExist
from databricks.sdk.service.compute import ClusterSpec
from databricks.sdk.service.jobs import JobCluster
from tests.local_workspace.support import VOLUME, Lab

RUNTIME = "17.3.x-scala2.13"


def test_a_run_on_the_cluster_of_the_workspace_is_executed(lab: Lab) -> None:
    (cluster,) = lab.client.clusters.list()
    assert lab.client.clusters.get(cluster.cluster_id).state.value == "RUNNING"
    run = lab.run("print('here')", existing_cluster_id=cluster.cluster_id)
    assert lab.printed(run) == "here\n"


def test_a_job_on_an_unknown_cluster_is_refused(lab: Lab) -> None:
    with pytest.raises(InvalidParameterValue, match=r"^Cluster 0923-164208-meows279 does not exist$"):
        lab.client.jobs.create(tasks=[lab.job_task("pass", existing_cluster_id="0923-164208-meows279")])


@pytest.mark.parametrize("machines", [{"node_type_id": "i3.xlarge"}, {"instance_pool_id": "any"}], ids=["type", "pool"])
def test_a_run_on_a_new_cluster_is_executed(lab: Lab, machines: dict[str, str]) -> None:
    run = lab.run("pass", new_cluster=ClusterSpec(spark_version=RUNTIME, num_workers=1, **machines))
    assert run.state.result_state.value == "SUCCESS"
    assert run.tasks[0].new_cluster.spark_version == RUNTIME


def test_a_task_may_run_on_a_cluster_that_its_job_declares(lab: Lab) -> None:
    cluster = JobCluster("shared", ClusterSpec(spark_version=RUNTIME, node_type_id="i3.xlarge", num_workers=1))
    job_id = lab.client.jobs.create(tasks=[lab.job_task("pass")], job_clusters=[cluster]).job_id
    lab.client.api_client.do("POST", "/api/2.2/jobs/update", body=_on("shared", job_id, lab))
    run = lab.ended(int(lab.client.jobs.run_now(job_id).run_id))
    assert (run.state.result_state.value, run.tasks[0].job_cluster_key) == ("SUCCESS", "shared")
    with pytest.raises(
        InvalidParameterValue, match="uses the job cluster 'absent', which 'job_clusters' does not have"
    ):
        lab.client.api_client.do("POST", "/api/2.2/jobs/update", body=_on("absent", job_id, lab))


def _on(key: str, job_id: int, lab: Lab) -> dict[str, object]:
    task = {**lab.job_task("pass").as_dict(), "job_cluster_key": key}
    return {"job_id": job_id, "new_settings": {"tasks": [task]}}


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ({"instance_pool_id": "p", "spark_version": RUNTIME, "node_type_id": "i3.xlarge"}, "'node_type_id' cannot be"),
        ({"node_type_id": "i3.xlarge"}, "Missing required field: new_cluster.spark_version"),
    ],
    ids=["pool and type", "no runtime"],
)
def test_a_new_cluster_that_cannot_be_is_refused(lab: Lab, cluster: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidParameterValue, match=said):
        lab.submit(lab.task("pass", new_cluster=ClusterSpec(**cluster)))


@pytest.mark.parametrize("machine", ["i3.xlarge", "Standard_D4ds_v5", "n2-highmem-4"])
def test_machines_of_every_cloud_can_be_chosen_from(lab: Lab, machine: str) -> None:
    (found,) = [each for each in lab.client.clusters.list_node_types().node_types if each.node_type_id == machine]
    assert found.memory_mb > 0
    assert found.num_cores > 0


def test_the_sdk_selects_machine_and_runtime(lab: Lab) -> None:
    assert lab.client.clusters.select_node_type(min_memory_gb=16, min_cores=4)
    assert lab.client.clusters.select_spark_version(latest=True, long_term_support=True, scala="2.13") == RUNTIME


def test_pools_are_listed_and_found(lab: Lab) -> None:
    pools = list(lab.client.instance_pools.list())
    assert {pool.node_type_id for pool in pools} >= {"i3.xlarge", "Standard_D4ds_v5", "n2-highmem-4"}
    assert lab.client.instance_pools.get(pools[0].instance_pool_id).instance_pool_name == pools[0].instance_pool_name
    with pytest.raises(ResourceDoesNotExist, match=r"^Instance pool absent does not exist$"):
        lab.client.instance_pools.get("absent")


def test_tables_and_volumes_are_found_by_their_names(lab: Lab) -> None:
    lab.upload(b"", "any")
    source = """
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.getOrCreate()
        spark.range(3).write.saveAsTable("main.default.found_by_name")
    """
    assert lab.run(source).state.result_state.value == "SUCCESS"
    client = lab.client
    assert "main" in {catalog.name for catalog in client.catalogs.list()}
    assert "default" in {schema.name for schema in client.schemas.list("main")}
    assert VOLUME.rpartition("/")[2] in {volume.name for volume in client.volumes.list("main", "default")}
    assert "found_by_name" in {table.name for table in client.tables.list("main", "default")}
    assert client.volumes.read("main.default.tests").storage_location == VOLUME
    assert client.tables.get("main.default.found_by_name").data_source_format.value == "DELTA"


@pytest.mark.parametrize(
    ("find", "kind", "name"),
    [
        (lambda client: client.catalogs.get("absent"), "Catalog", "absent"),
        (lambda client: client.schemas.get("main.absent"), "Schema", "main.absent"),
        (lambda client: client.volumes.read("main.default.absent"), "Volume", "main.default.absent"),
        (lambda client: client.tables.get("main.default.absent"), "Table", "main.default.absent"),
        (lambda client: list(client.schemas.list("..")), "Catalog", ".."),
        (lambda client: list(client.volumes.list("main", "..")), "Schema", "main..."),
    ],
    ids=["catalog", "schema", "volume", "table", "parent of catalogs", "parent of schemas"],
)
def test_what_there_is_not_is_said_by_its_name(
    lab: Lab, find: Callable[[WorkspaceClient], object], kind: str, name: str
) -> None:
    with pytest.raises(NotFound) as raised:
        find(lab.client)
    assert (raised.value.error_code, str(raised.value)) == (
        f"{kind.upper()}_DOES_NOT_EXIST",
        f"{kind} '{name}' does not exist.",
    )
