"""Compare the versions in Staging and Production on the same reference rows, decide, and record why."""

from typing import TYPE_CHECKING

import mlflow

from churn.deployment.observation import Sources, observe
from churn.deployment.record import tag_versions, write_record
from churn.feature_store import open_feature_store
from churn.gate.decision import Decision, decide
from churn.gate.measuring import build_evidence
from churn.gate.record import Record
from churn.progress import say
from churn.registry import open_registry
from churn.tracking import open_experiment, run_tags

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from churn.config.settings import Settings

RUN_NAME = "model_deployment"


def run(settings: "Settings", spark: "SparkSession") -> None:
    """Leave one finished MLflow run with the verdict, and tags on both versions that lead to it. Nothing is moved here.

    Run again, by a retry or by hand, it compares again and leaves a record of its own: the newest finished one counts.
    A run that failed on the way is no record.
    """
    registry = open_registry(settings.registry)
    experiment = open_experiment(registry.client, settings.tracking.deploy_experiment)
    store = open_feature_store(settings.features, spark)
    made_by = run_tags(settings.run)
    with mlflow.start_run(experiment_id=experiment, run_name=RUN_NAME, tags=made_by) as active:
        observed = observe(Sources(settings, spark, registry, store, experiment))
        evidence = build_evidence(settings.gate, observed)
        decision = decide(settings.gate, evidence)
        record = Record(policy=settings.gate, evidence=evidence, decision=decision)
        write_record(registry.client, active.info.run_id, record, made_by)
    tag_versions(registry.client, record, active.info.run_id)
    _say(decision, active.info.run_id)


def _say(decision: Decision, run_id: str) -> None:
    say(f"{decision.verdict.value}, recorded in MLflow run {run_id}")
    for reason in decision.reasons:
        say(f"- {reason.sentence}")
