"""The comparison of Staging and Production leaves one record, whatever there is to compare."""

import json
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from pyspark.sql import SparkSession

from churn.config import load_settings
from churn.errors import ConfigError
from churn.gate.decision import decide
from churn.gate.evidence import Evidence, Role
from churn.gate.policy import Policy
from churn.jobs import model_deployment
from churn.stages import Stage


def compare(spark: SparkSession, overrides: dict[str, Any]) -> Run:
    """Run the job; the one record that it added."""
    settings = load_settings("local", overrides)
    before = records(overrides)
    model_deployment.run(settings, spark)
    (added,) = (run for run in records(overrides) if run.info.run_id not in {run.info.run_id for run in before})
    return added


def records(overrides: dict[str, Any]) -> list[Run]:
    client = MlflowClient()
    experiment = client.get_experiment_by_name(overrides["tracking.deploy_experiment"])
    return [] if experiment is None else list(client.search_runs([experiment.experiment_id]))


def move(overrides: dict[str, Any], version: int, stage: Stage) -> None:
    MlflowClient().transition_model_version_stage(overrides["registry.model_name"], str(version), stage)


def version_tags(overrides: dict[str, Any], version: int) -> dict[str, str]:
    return dict(MlflowClient().get_model_version(overrides["registry.model_name"], str(version)).tags)


def everything_about(run: Run) -> tuple[Any, ...]:
    """What MLflow holds of a run, its files with their contents included."""
    client, run_id = MlflowClient(), run.info.run_id
    held = client.get_run(run_id)
    files = {
        file.path: mlflow.artifacts.load_text(f"{run.info.artifact_uri}/{file.path}")
        for file in client.list_artifacts(run_id)
    }
    return held.info.end_time, held.data.to_dictionary(), files


def artifact(run: Run, name: str) -> str:
    return str(mlflow.artifacts.load_text(f"{run.info.artifact_uri}/{name}.json"))


def test_the_record_says_what_was_compared_and_decided(
    spark: SparkSession, in_production_and_staging: dict[str, Any]
) -> None:
    dag_run = {"run.dag_id": "deploy_gate", "run.dag_run_id": "manual__1"}

    run = compare(spark, in_production_and_staging | dag_run)

    tags = run.data.tags
    assert run.info.status == "FINISHED"
    assert tags["airflow.dag_run_id"] == "manual__1"
    assert tags["gate.model_name"] == in_production_and_staging["registry.model_name"]
    assert tags["gate.candidate_version"] == "2"
    assert tags["gate.production_version"] == "1"
    assert tags["gate.verdict"] in {"PROMOTE", "ARCHIVE", "HOLD"}
    assert all(isinstance(sentence, str) for sentence in json.loads(tags["gate.reasons"]))
    assert tags["gate.record"] == "comparison"
    assert tags["gate.reference"] == "main.t_trained.churn_reference@v0"
    evidence = Evidence.model_validate_json(artifact(run, "evidence"))
    assert evidence.reference is not None
    assert evidence.reference.read_with == {"main.t_trained.churn_features": 0, "main.t_trained.bronze_customers": 0}
    assert evidence.training_runs == {
        role: MlflowClient().get_model_version(in_production_and_staging["registry.model_name"], version).run_id
        for role, version in ((Role.CANDIDATE, "2"), (Role.PRODUCTION, "1"))
    }


def test_the_numbers_are_metrics(spark: SparkSession, in_production_and_staging: dict[str, Any]) -> None:
    metrics = compare(spark, in_production_and_staging).data.metrics

    assert 0.75 < metrics["production_roc_auc"] < 0.95
    assert metrics["gain_roc_auc"] == pytest.approx(metrics["candidate_roc_auc"] - metrics["production_roc_auc"])
    assert metrics["reference_rows"] == spark.table("main.t_trained.churn_reference").count()


def test_the_decision_can_be_made_again_from_the_record(
    spark: SparkSession, in_production_and_staging: dict[str, Any]
) -> None:
    run = compare(spark, in_production_and_staging)

    policy = Policy.model_validate_json(artifact(run, "policy"))
    evidence = Evidence.model_validate_json(artifact(run, "evidence"))
    assert json.loads(artifact(run, "decision")) == decide(policy, evidence).model_dump(mode="json")
    assert decide(policy, evidence).verdict == run.data.tags["gate.verdict"]


def test_the_report_shows_the_verdict_and_the_dag_run(
    spark: SparkSession, in_production_and_staging: dict[str, Any]
) -> None:
    run = compare(spark, in_production_and_staging | {"run.dag_id": "deploy_gate", "run.dag_run_id": "manual__7"})

    report = str(mlflow.artifacts.load_text(f"{run.info.artifact_uri}/report.html"))
    assert f"<h1>{run.data.tags['gate.verdict']}</h1>" in report
    assert "<dd>manual__7</dd>" in report


def test_nothing_is_moved(spark: SparkSession, in_production_and_staging: dict[str, Any]) -> None:
    compare(spark, in_production_and_staging)

    found = MlflowClient().search_model_versions(f"name = '{in_production_and_staging['registry.model_name']}'")
    assert {int(version.version): version.current_stage for version in found} == {1: "Production", 2: "Staging"}


def test_the_first_version_is_judged_by_itself(spark: SparkSession, in_production_and_staging: dict[str, Any]) -> None:
    move(in_production_and_staging, 1, Stage.ARCHIVED)

    run = compare(spark, in_production_and_staging)

    assert run.data.tags["gate.verdict"] == "PROMOTE"
    assert run.data.tags["gate.production_version"] == ""
    assert "production_roc_auc" not in run.data.metrics


def test_without_a_candidate_there_is_a_record_and_nothing_to_do(
    spark: SparkSession, in_production_and_staging: dict[str, Any]
) -> None:
    move(in_production_and_staging, 2, Stage.ARCHIVED)

    tags = compare(spark, in_production_and_staging).data.tags

    assert tags["gate.verdict"] == "HOLD"
    assert tags["gate.candidate_version"] == ""
    assert "is in Staging: move one there" in tags["gate.reasons"]


def test_several_candidates_are_for_a_person(spark: SparkSession, in_production_and_staging: dict[str, Any]) -> None:
    move(in_production_and_staging, 1, Stage.STAGING)

    tags = compare(spark, in_production_and_staging).data.tags

    assert tags["gate.verdict"] == "HOLD"
    assert "Versions 1 and 2" in tags["gate.reasons"]


@pytest.mark.parametrize("table", ["reference", "features", "bronze"])
def test_a_missing_table_is_for_a_person(
    spark: SparkSession, in_production_and_staging: dict[str, Any], table: str
) -> None:
    tags = compare(spark, in_production_and_staging | {f"tables.{table}": "lost"}).data.tags

    assert tags["gate.verdict"] == "HOLD"
    assert "There is no table main.t_trained.lost" in tags["gate.reasons"]


def test_a_model_that_cannot_be_loaded_is_for_a_person(
    spark: SparkSession, in_production_and_staging: dict[str, Any]
) -> None:
    name, client = in_production_and_staging["registry.model_name"], MlflowClient()
    source = client.get_model_version(name, "2")
    client.create_model_version(name, "/nowhere/to/be/found", source.run_id)
    move(in_production_and_staging, 2, Stage.ARCHIVED)
    move(in_production_and_staging, 3, Stage.STAGING)

    tags = compare(spark, in_production_and_staging).data.tags

    assert tags["gate.verdict"] == "HOLD"
    assert "Version 3 (candidate) could not be loaded and scored" in tags["gate.reasons"]


def test_a_version_that_saw_reference_rows_is_for_a_person(
    spark: SparkSession, in_production_and_staging: dict[str, Any]
) -> None:
    """Its run says that it was trained without other customers than these."""
    name, client = in_production_and_staging["registry.model_name"], MlflowClient()
    source = client.get_model_version(name, "2")
    with mlflow.start_run() as run:
        mlflow.log_params({"reference_share": 0.25, "reference_salt": "another"})
    client.create_model_version(name, source.source, run.info.run_id)
    move(in_production_and_staging, 2, Stage.ARCHIVED)
    move(in_production_and_staging, 3, Stage.STAGING)

    tags = compare(spark, in_production_and_staging).data.tags

    assert tags["gate.verdict"] == "HOLD"
    assert "it may have seen" in tags["gate.reasons"]
    assert "train it again" in tags["gate.reasons"]


def test_a_repeated_comparison_is_a_record_of_its_own_and_counts_as_a_decision_on_the_same_rows(
    spark: SparkSession, in_production_and_staging: dict[str, Any]
) -> None:
    """As a retry of the task, or a person who clears it, makes one."""
    dag_run = {"run.dag_id": "deploy_gate", "run.dag_run_id": "manual__1"}
    first = compare(spark, in_production_and_staging | dag_run)
    before = everything_about(first)

    second = compare(spark, in_production_and_staging | dag_run)

    assert everything_about(first) == before
    counted = [Evidence.model_validate_json(artifact(run, "evidence")) for run in (first, second)]
    assert [evidence.reference.earlier_decisions for evidence in counted if evidence.reference] == [0, 1]
    assert version_tags(in_production_and_staging, 2)["gate.comparison_run_id"] == second.info.run_id


def test_a_comparison_that_failed_on_the_way_is_no_record(
    spark: SparkSession, in_production_and_staging: dict[str, Any]
) -> None:
    too_many_values = in_production_and_staging | {"gate.guardrails.slices.columns": ["TotalCharges"]}

    with pytest.raises(ConfigError, match="TotalCharges, which has"):
        compare(spark, too_many_values)

    (failed,) = records(in_production_and_staging)
    assert failed.info.status == "FAILED"
    assert "gate.record" not in failed.data.tags
    assert compare(spark, in_production_and_staging).data.metrics["reference_earlier_decisions"] == 0


def test_both_versions_lead_to_the_record(spark: SparkSession, in_production_and_staging: dict[str, Any]) -> None:
    run = compare(spark, in_production_and_staging)

    verdict = run.data.tags["gate.verdict"]
    assert version_tags(in_production_and_staging, 2) == {
        "gate.verdict": verdict,
        "gate.comparison_run_id": run.info.run_id,
        "gate.compared_with": "1",
    }
    assert version_tags(in_production_and_staging, 1) == {
        "gate.challenge_verdict": verdict,
        "gate.challenge_run_id": run.info.run_id,
        "gate.challenged_by": "2",
    }


def test_aliases_are_compared_like_stages(spark: SparkSession, in_production_and_staging: dict[str, Any]) -> None:
    name, client = in_production_and_staging["registry.model_name"], MlflowClient()
    client.set_registered_model_alias(name, "champion", "2")
    client.set_registered_model_alias(name, "challenger", "1")

    tags = compare(spark, in_production_and_staging | {"registry.mode": "aliases"}).data.tags

    assert (tags["gate.candidate_version"], tags["gate.production_version"]) == ("1", "2")
