"""Machine types that Databricks offers in AWS, Azure and Google Cloud; enough of each to check a configuration by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NodeType:
    """A machine type; memory in MiB."""

    node_type_id: str
    num_cores: float
    memory_mb: int
    category: str
    num_gpus: int = 0


_GENERAL = "General Purpose"
_MEMORY = "Memory Optimized"
_STORAGE = "Storage Optimized"
_COMPUTE = "Compute Optimized"
_GPU = "GPU Accelerated"

AWS = (
    NodeType("m5d.large", 2, 8192, _GENERAL),
    NodeType("m5d.xlarge", 4, 16384, _GENERAL),
    NodeType("m5d.2xlarge", 8, 32768, _GENERAL),
    NodeType("m6id.xlarge", 4, 16384, _GENERAL),
    NodeType("m6gd.xlarge", 4, 16384, _GENERAL),
    NodeType("r5d.xlarge", 4, 32768, _MEMORY),
    NodeType("r5d.2xlarge", 8, 65536, _MEMORY),
    NodeType("r6id.xlarge", 4, 32768, _MEMORY),
    NodeType("i3.xlarge", 4, 31232, _STORAGE),
    NodeType("i3.2xlarge", 8, 62464, _STORAGE),
    NodeType("i3.4xlarge", 16, 124928, _STORAGE),
    NodeType("i4i.xlarge", 4, 32768, _STORAGE),
    NodeType("c5d.xlarge", 4, 8192, _COMPUTE),
    NodeType("c5d.2xlarge", 8, 16384, _COMPUTE),
    NodeType("g4dn.xlarge", 4, 16384, _GPU, 1),
    NodeType("g5.xlarge", 4, 16384, _GPU, 1),
)
AZURE = (
    NodeType("Standard_D4s_v5", 4, 16384, _GENERAL),
    NodeType("Standard_D4ds_v5", 4, 16384, _GENERAL),
    NodeType("Standard_D8ds_v5", 8, 32768, _GENERAL),
    NodeType("Standard_D16ds_v5", 16, 65536, _GENERAL),
    NodeType("Standard_DS3_v2", 4, 14336, _GENERAL),
    NodeType("Standard_DS4_v2", 8, 28672, _GENERAL),
    NodeType("Standard_E4ds_v5", 4, 32768, _MEMORY),
    NodeType("Standard_E8ds_v5", 8, 65536, _MEMORY),
    NodeType("Standard_E4d_v4", 4, 32768, _MEMORY),
    NodeType("Standard_L8s_v3", 8, 65536, _STORAGE),
    NodeType("Standard_L8s_v2", 8, 65536, _STORAGE),
    NodeType("Standard_F4s_v2", 4, 8192, _COMPUTE),
    NodeType("Standard_F8s_v2", 8, 16384, _COMPUTE),
    NodeType("Standard_NC4as_T4_v3", 4, 28672, _GPU, 1),
)
GOOGLE = (
    NodeType("n2-standard-4", 4, 16384, _GENERAL),
    NodeType("n2-standard-8", 8, 32768, _GENERAL),
    NodeType("n2d-standard-4", 4, 16384, _GENERAL),
    NodeType("e2-standard-4", 4, 16384, _GENERAL),
    NodeType("n1-standard-4", 4, 15360, _GENERAL),
    NodeType("n2-highmem-4", 4, 32768, _MEMORY),
    NodeType("n2-highmem-8", 8, 65536, _MEMORY),
    NodeType("n1-highmem-4", 4, 26624, _MEMORY),
    NodeType("n2-highcpu-8", 8, 8192, _COMPUTE),
    NodeType("c2-standard-8", 8, 32768, _COMPUTE),
    NodeType("g2-standard-4", 4, 16384, _GPU, 1),
)
ALL = (*AWS, *AZURE, *GOOGLE)
