"""Where runs execute: one of four kinds, each with what it needs and nothing else."""

from typing import Annotated, Literal

from pydantic import Field

from churn.section import Name, Section

# Unity Catalog is reached in the first two modes and their newer names; NONE is for the Hive metastore alone.
AccessMode = Literal[
    "SINGLE_USER",
    "USER_ISOLATION",
    "DATA_SECURITY_MODE_AUTO",
    "DATA_SECURITY_MODE_DEDICATED",
    "DATA_SECURITY_MODE_STANDARD",
    "NONE",
]


class Serverless(Section):
    """Databricks brings the machines; they are there within seconds."""

    kind: Literal["serverless"]
    environment_version: str = "3"


class ExistingCluster(Section):
    """A cluster that somebody keeps, started when it is not running. All runs share it."""

    kind: Literal["existing_cluster"]
    cluster_id: Name


class JobCluster(Section):
    """What the clusters have in common that are made for a task and end with it."""

    spark_version: Annotated[str, Field(pattern=r"^\d+\.\d+\.x-[a-z0-9.-]+$")]  # such as 16.4.x-cpu-ml-scala2.12
    num_workers: Annotated[int, Field(ge=0)]  # none: a single node
    data_security_mode: AccessMode = "SINGLE_USER"


class InstancePool(JobCluster):
    """Clusters of machines that a pool keeps ready; the pool says which machines."""

    kind: Literal["instance_pool"]
    instance_pool_id: Name
    driver_instance_pool_id: Name | None = None  # None: the driver is taken from the same pool


class AwsMachines(Section):
    """Attributes as the Clusters API calls them under `aws_attributes`."""

    cloud: Literal["aws"]
    node_type_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$")]  # such as i3.xlarge
    availability: Literal["ON_DEMAND", "SPOT", "SPOT_WITH_FALLBACK"] = "ON_DEMAND"
    first_on_demand: Annotated[int, Field(ge=0)] = 1  # of a spot cluster: the driver, which must not be taken away
    zone_id: Name = "auto"
    instance_profile_arn: Name | None = None


class AzureMachines(Section):
    """Attributes as the Clusters API calls them under `azure_attributes`."""

    cloud: Literal["azure"]
    node_type_id: Annotated[str, Field(pattern=r"^Standard_\w+$")]  # such as Standard_D4ds_v5
    availability: Literal["ON_DEMAND_AZURE", "SPOT_AZURE", "SPOT_WITH_FALLBACK_AZURE"] = "ON_DEMAND_AZURE"
    first_on_demand: Annotated[int, Field(ge=1)] = 1  # Azure refuses 0


class GcpMachines(Section):
    """Attributes as the Clusters API calls them under `gcp_attributes`."""

    cloud: Literal["gcp"]
    node_type_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)+$")]  # such as n2-highmem-4
    availability: Literal["ON_DEMAND_GCP", "PREEMPTIBLE_GCP", "PREEMPTIBLE_WITH_FALLBACK_GCP"] = "ON_DEMAND_GCP"
    zone_id: Name = "auto"
    google_service_account: Name | None = None


class NewCluster(JobCluster):
    """Clusters of machines that the cloud has to find first: minutes for every task."""

    kind: Literal["new_cluster"]
    machines: Annotated[AwsMachines | AzureMachines | GcpMachines, Field(discriminator="cloud")]


ComputeSettings = Annotated[Serverless | ExistingCluster | InstancePool | NewCluster, Field(discriminator="kind")]
