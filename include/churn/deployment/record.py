"""The record of a decision: one MLflow run with tags, metrics and artifacts."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow

from churn.gate import tags as names
from churn.gate.evidence import Role
from churn.gate.report import render_report
from churn.tracking import log_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlflow import MlflowClient

    from churn.gate.decision import Decision
    from churn.gate.evidence import Evidence
    from churn.gate.record import Record

REPORT = "report.html"
LONGEST_TAG = 4_500  # characters; registries take 5,000 or more


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
        parameters={"metric": record.policy.metric.value},
        metrics=metrics(record.evidence),
        tags=tags(record.evidence, record.decision),
    )


def tag_versions(client: "MlflowClient", record: "Record", run_id: str) -> None:
    """Lead from both versions to their record, once it is finished."""
    for version, named in version_tags(record.evidence, record.decision, run_id).items():
        for key, value in named.items():
            client.set_model_version_tag(record.evidence.model_name, version, key, value)


def version_tags(evidence: "Evidence", decision: "Decision", run_id: str) -> dict[str, dict[str, str]]:
    """Version to its tags; none where it is not clear which versions were to be compared.

    A version keeps the verdict on itself: what it stood against as Production has tags of its own.
    """
    state, verdict = evidence.registry_before, decision.verdict.value
    if not state.is_decidable or state.candidate_version is None:
        return {}
    candidate, production = state.candidate_version, state.production_version
    tagged = {candidate: {names.VERDICT: verdict, names.COMPARISON_RUN: run_id, names.COMPARED_WITH: production or ""}}
    if production is not None:
        challenge = {names.CHALLENGE_VERDICT: verdict, names.CHALLENGE_RUN: run_id, names.CHALLENGED_BY: candidate}
        tagged[production] = challenge
    return tagged


def tags(evidence: "Evidence", decision: "Decision") -> dict[str, str]:
    """What the branch operator reads, and what records are found by.

    What there is not is an empty tag: a tag that is missing would look like a record that is incomplete.
    """
    state, runs = evidence.registry_before, evidence.training_runs
    named = {
        names.RECORD: names.COMPARISON,
        names.MODEL_NAME: evidence.model_name,
        names.VERDICT: decision.verdict.value,
        names.REASONS: _as_json([reason.sentence for reason in decision.reasons]),
        names.CANDIDATE_VERSION: state.candidate_version or "",
        names.PRODUCTION_VERSION: ",".join(state.production_versions),
        names.CANDIDATE_RUN: runs.get(Role.CANDIDATE, ""),
        names.PRODUCTION_RUN: runs.get(Role.PRODUCTION, ""),
    }
    if (reference := evidence.reference) is not None:
        named[names.REFERENCE] = f"{reference.table}@v{reference.delta_version}"
        named[names.REFERENCE_SALT] = reference.salt
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
        numbers |= {
            "reference_rows": evidence.reference.rows,
            "reference_positives": evidence.reference.positives,
            "reference_earlier_decisions": evidence.reference.earlier_decisions,
        }
    return numbers


def _as_json(sentences: "Sequence[str]") -> str:
    """As many sentences as a tag takes; all of them are in the artifact."""
    kept = list(sentences)
    while len(text := json.dumps(kept, ensure_ascii=False)) > LONGEST_TAG:
        kept.pop()
    return text
