"""The record of a decision: one MLflow run with tags, metrics and artifacts."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow

from churn.gate.report import render_report
from churn.tracking import log_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlflow import MlflowClient

    from churn.gate.decision import Decision
    from churn.gate.evidence import Evidence
    from churn.gate.record import Record

REFERENCE = "gate.reference"
REPORT = "report.html"
LONGEST_TAG = 4_500  # characters; registries take 5,000 or more


def earlier_decisions(experiment_id: str, table: str, version: int) -> int:
    """How many finished decisions one Delta version of the reference has served already."""
    query = f"tags.`{REFERENCE}` = '{_reference(table, version)}' AND attributes.status = 'FINISHED'"
    return len(mlflow.search_runs([experiment_id], query, output_format="list"))


def write_record(client: "MlflowClient", run_id: str, record: "Record", made_by: "Mapping[str, str]") -> None:
    """Write everything about a decision to the active MLflow run: files first, so that a run with tags is complete.

    Args:
        client: of the tracking server.
        run_id: the active run.
        record: policy, evidence and decision.
        made_by: what else the report says of the run, name to value.
    """
    with tempfile.TemporaryDirectory() as directory:
        for name, section in record:
            Path(directory, f"{name}.json").write_text(section.model_dump_json(indent=2), encoding="utf-8")
        report = render_report(record, {"MLflow run": run_id, **made_by})
        Path(directory, REPORT).write_text(report, encoding="utf-8")
        mlflow.log_artifacts(directory)
    log_numbers(
        client,
        run_id,
        parameters={"metric": record.policy.metric.value, **_versions(record.evidence)},
        metrics=metrics(record.evidence),
        tags=tags(record.evidence, record.decision),
    )


def tags(evidence: "Evidence", decision: "Decision") -> dict[str, str]:
    """What the branch operator reads."""
    named = {
        "gate.model_name": evidence.model_name,
        "gate.verdict": decision.verdict.value,
        "gate.reasons": _as_json([reason.sentence for reason in decision.reasons]),
        **{f"gate.{name}": version for name, version in _versions(evidence).items()},
    }
    reference = evidence.reference
    if reference is not None and reference.delta_version is not None:
        named[REFERENCE] = _reference(reference.table, reference.delta_version)
    return named


def metrics(evidence: "Evidence") -> dict[str, float]:
    """The numbers of both versions and their differences: `candidate_roc_auc`, `production_roc_auc`, `gain_roc_auc`."""
    numbers: dict[str, float] = {}
    for role, version in (("candidate", evidence.candidate), ("production", evidence.production)):
        if version is not None:
            numbers |= {f"{role}_{metric.value}": value for metric, value in version.metrics.items()}
            numbers |= {f"{role}_ece": version.calibration.ece, f"{role}_scoring_seconds": version.scoring_seconds}
    if evidence.comparison is not None:
        for metric, difference in evidence.comparison.differences.items():
            numbers[f"gain_{metric.value}"] = difference.gain
            numbers[f"gain_{metric.value}_standard_error"] = difference.standard_error
    if evidence.reference is not None:
        numbers |= {"reference_rows": evidence.reference.rows, "reference_positives": evidence.reference.positives}
    return numbers


def _versions(evidence: "Evidence") -> dict[str, str]:
    """Empty where there is none: a tag that is missing would look like a record that is incomplete."""
    state = evidence.registry_before
    return {
        "candidate_version": state.candidate_version or "",
        "production_version": ",".join(state.production_versions),
    }


def _as_json(sentences: "Sequence[str]") -> str:
    """As many sentences as a tag takes; all of them are in the artifact."""
    kept = list(sentences)
    while len(text := json.dumps(kept, ensure_ascii=False)) > LONGEST_TAG:
        kept.pop()
    return text


def _reference(table: str, version: int) -> str:
    return f"{table}@v{version}"
