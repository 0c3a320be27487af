"""Which compute can be described, and what is said of one that cannot."""

from typing import Any

import pytest

from churn.config import load_settings
from churn.errors import ConfigError

RUNTIME = "16.4.x-cpu-ml-scala2.12"
AWS = {"cloud": "aws", "node_type_id": "i3.xlarge"}


def new_cluster(**changed: Any) -> dict[str, Any]:
    return {"kind": "new_cluster", "spark_version": RUNTIME, "num_workers": 1, "machines": AWS, **changed}


def pool(**changed: Any) -> dict[str, Any]:
    return {"kind": "instance_pool", "spark_version": RUNTIME, "num_workers": 1, "instance_pool_id": "p-1", **changed}


@pytest.mark.parametrize(
    "compute",
    [
        {"kind": "serverless", "environment_version": "4"},
        {"kind": "existing_cluster", "cluster_id": "0101-abc"},
        pool(),
        pool(driver_instance_pool_id="p-2"),
        new_cluster(),
        new_cluster(machines={**AWS, "availability": "SPOT_WITH_FALLBACK", "first_on_demand": 1}),
        new_cluster(machines={"cloud": "azure", "node_type_id": "Standard_D4ds_v5", "availability": "SPOT_AZURE"}),
        new_cluster(machines={"cloud": "gcp", "node_type_id": "n2-highmem-4", "zone_id": "auto"}),
    ],
)
def test_what_can_be_described(compute: dict[str, Any]) -> None:
    loaded = load_settings("prod", {"compute": compute}).compute.model_dump(exclude_unset=True)

    assert loaded == compute


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (
            {"kind": "cloud"},
            r"compute in the overrides is .*'cloud'.* 'serverless', 'existing_cluster', 'instance_pool', 'new_cluster'",
        ),
        ({"kind": "existing_cluster"}, r"compute\.cluster_id is missing: set it in the overrides"),
        (new_cluster(instance_pool_id="p-1"), r"compute\.instance_pool_id in the overrides is not a setting"),
        (pool(node_type_id="i3.xlarge"), r"compute\.node_type_id in the overrides is not a setting"),
        (new_cluster(spark_version="16"), r"compute\.spark_version in the overrides is '16'"),
        (new_cluster(num_workers=-1), r"compute\.num_workers in the overrides is -1"),
        (
            new_cluster(machines={"cloud": "aws", "node_type_id": "Standard_D4ds_v5"}),
            r"compute\.machines\.node_type_id in the overrides is 'Standard_D4ds_v5'",
        ),
        (
            new_cluster(machines={"cloud": "gcp", "node_type_id": "i3.xlarge"}),
            r"compute\.machines\.node_type_id in the overrides is 'i3\.xlarge'",
        ),
        (
            new_cluster(machines={"cloud": "azure", "node_type_id": "Standard_D4ds_v5", "availability": "SPOT"}),
            r"compute\.machines\.availability in the overrides is 'SPOT'",
        ),
        (new_cluster(data_security_mode="NONE"), r"data_security_mode is 'NONE' and tables\.catalog is 'main'"),
    ],
)
def test_what_cannot_be_is_named_with_key_and_value(compute: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_settings("prod", {"compute": compute})


def test_the_clouds_machines_do_not_mix() -> None:
    """An override that moves to another cloud takes nothing from the cloud before."""
    azure = {"compute.machines": {"cloud": "azure", "node_type_id": "Standard_D4ds_v5"}}
    moved = load_settings("prod", {"compute": new_cluster(machines={**AWS, "zone_id": "eu-central-1a"}), **azure})

    assert moved.compute.model_dump(exclude_unset=True)["machines"] == azure["compute.machines"]
