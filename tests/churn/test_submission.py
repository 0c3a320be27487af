"""What is sent to `runs/submit`."""

import subprocess
import sys

import pytest

from churn import __version__
from churn.config import Settings, load_settings
from churn.errors import ConfigError
from churn.job_names import JobName
from churn.submission import submit_run, submit_runs

WHEEL = f"/Volumes/main/churn_local/wheels/churn-{__version__}-py3-none-any.whl"
RUNTIME = "16.4.x-cpu-ml-scala2.12"


def settings(**compute: object) -> Settings:
    return load_settings("local", {f"compute.{key}": value for key, value in compute.items()})


def test_serverless_takes_the_wheel_as_a_dependency_of_its_environment() -> None:
    body = submit_run(settings(), "model-train", {"train.model.max_depth": "8"}, run_name="train by hand")

    assert body == {
        "run_name": "train by hand",
        "tasks": [
            {
                "task_key": "model-train",
                "python_wheel_task": {
                    "package_name": "churn",
                    "entry_point": "churn",
                    "named_parameters": {"job": "model-train", "env": "local", "train.model.max_depth": "8"},
                },
                "environment_key": "churn",
            }
        ],
        "environments": [
            {"environment_key": "churn", "spec": {"environment_version": "3", "dependencies": [WHEEL]}},
        ],
    }


def test_an_existing_cluster_takes_the_wheel_as_a_library() -> None:
    body = submit_run(settings(kind="existing_cluster", cluster_id="0101-abc"), "ingest", {}, run_name="r")

    assert "environments" not in body
    assert body["tasks"][0]["existing_cluster_id"] == "0101-abc"
    assert body["tasks"][0]["libraries"] == [{"whl": WHEEL}]


def test_a_cluster_from_a_pool_is_described_without_what_is_not_set() -> None:
    cluster = settings(kind="instance_pool", spark_version=RUNTIME, num_workers=2, instance_pool_id="pool-1")

    assert submit_run(cluster, "ingest", {}, run_name="r")["tasks"][0]["new_cluster"] == {
        "spark_version": RUNTIME,
        "num_workers": 2,
        "instance_pool_id": "pool-1",
        "data_security_mode": "SINGLE_USER",
    }


@pytest.mark.parametrize(
    ("machines", "attributes"),
    [
        (
            {"cloud": "aws", "node_type_id": "i3.xlarge", "availability": "SPOT_WITH_FALLBACK"},
            {"aws_attributes": {"availability": "SPOT_WITH_FALLBACK", "first_on_demand": 1, "zone_id": "auto"}},
        ),
        (
            {"cloud": "azure", "node_type_id": "Standard_D4ds_v5"},
            {"azure_attributes": {"availability": "ON_DEMAND_AZURE", "first_on_demand": 1}},
        ),
        (
            {"cloud": "gcp", "node_type_id": "n2-highmem-4", "google_service_account": "sa"},
            {"gcp_attributes": {"availability": "ON_DEMAND_GCP", "zone_id": "auto", "google_service_account": "sa"}},
        ),
    ],
)
def test_a_new_cluster_names_its_machines_as_their_cloud_does(
    machines: dict[str, str], attributes: dict[str, object]
) -> None:
    cluster = settings(kind="new_cluster", spark_version=RUNTIME, num_workers=2, machines=machines)

    assert submit_run(cluster, "ingest", {}, run_name="r")["tasks"][0]["new_cluster"] == {
        "spark_version": RUNTIME,
        "num_workers": 2,
        "data_security_mode": "SINGLE_USER",
        "node_type_id": machines["node_type_id"],
        **attributes,
    }


def test_a_cluster_without_workers_is_a_single_node() -> None:
    cluster = settings(kind="instance_pool", spark_version=RUNTIME, num_workers=0, instance_pool_id="pool-1")

    body = submit_run(cluster, "ingest", {}, run_name="r")

    assert body["tasks"][0]["new_cluster"]["spark_conf"]["spark.databricks.cluster.profile"] == "singleNode"


def test_the_databricks_feature_store_client_is_installed_beside_the_wheel() -> None:
    """The wheel cannot depend on it, and only some runtimes have it."""
    client = "databricks-feature-store==0.17.*"
    on_a_cluster = {"compute.kind": "existing_cluster", "compute.cluster_id": "0101-abc"}

    serverless = submit_run(load_settings("prod"), "ingest", {}, run_name="r")
    cluster = submit_run(load_settings("prod", on_a_cluster), "ingest", {}, run_name="r")

    assert serverless["environments"][0]["spec"]["dependencies"][1:] == [client]
    assert cluster["tasks"][0]["libraries"][1:] == [{"pypi": {"package": client}}]


def test_several_jobs_are_tasks_of_one_run_one_after_the_other() -> None:
    steps = [("demo-setup", {}), ("ingest", {"ingest.source": "generator"}), ("model-train", {})]

    body = submit_runs(settings(), steps, run_name="r")

    assert [(task["task_key"], task.get("depends_on")) for task in body["tasks"]] == [
        ("demo-setup", None),
        ("ingest", [{"task_key": "demo-setup"}]),
        ("model-train", [{"task_key": "ingest"}]),
    ]
    assert body["tasks"][1]["python_wheel_task"]["named_parameters"]["ingest.source"] == "generator"
    assert len(body["environments"]) == 1


@pytest.mark.parametrize("job", JobName)
def test_named_parameters_are_filled_for_every_job(job: JobName) -> None:
    """An empty field would be filled with the DAG's parameters by the Databricks operator."""
    task = submit_run(settings(), job, {}, run_name="r")["tasks"][0]

    assert task["python_wheel_task"]["named_parameters"] == {"job": job.value, "env": "local"}


def test_templates_pass_through_untouched() -> None:
    template = "{{ params.max_depth | tojson }}"

    task = submit_run(settings(), "model-train", {"train.model.max_depth": template}, run_name="r")["tasks"][0]

    assert task["python_wheel_task"]["named_parameters"]["train.model.max_depth"] == template


def test_an_unknown_job_is_refused_with_the_names_of_all() -> None:
    with pytest.raises(ConfigError, match=r"no job 'model_train'.*demo-setup, ingest, .*model-train"):
        submit_run(settings(), "model_train", {}, run_name="r")


@pytest.mark.parametrize("name", ["job", "env"])
def test_job_and_environment_cannot_be_overridden(name: str) -> None:
    with pytest.raises(ConfigError, match=f"'{name}' of ingest is set by the settings"):
        submit_run(settings(), "ingest", {name: "other"}, run_name="r")


def test_a_parameter_that_is_no_string_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'train\.model\.max_depth' of model-train is 8"):
        submit_run(settings(), "model-train", {"train.model.max_depth": 8}, run_name="r")  # type: ignore[dict-item]  # the mistake under test


def test_importing_it_is_light() -> None:
    """DAG files import it each time they are parsed."""
    heavy = {"pandas", "numpy", "mlflow", "sklearn", "pyspark", "matplotlib", "databricks"}
    code = f"import sys, churn.submission, churn.config; print(sorted({heavy!r} & set(sys.modules)))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"
