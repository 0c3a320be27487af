"""See what the gate decides on: the registry, the reference rows, and what both versions make of them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from churn.deployment.history import earlier_decisions
from churn.deployment.scoring import score
from churn.gate.evidence import Problem, ProblemCode, RegistryState, Role
from churn.gate.observed import Observed, ReferenceRows, ScoredVersion
from churn.progress import say
from churn.raw.schema import LABEL
from churn.stages import Stage
from churn.tables import current_version, table_at

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from pyspark.sql import DataFrame, SparkSession

    from churn.config.settings import Settings
    from churn.feature_store import FeatureStore
    from churn.registry import Registry

COUNT_OF_KEYS_IN_MESSAGE = 3


@dataclass(frozen=True)
class Sources:
    """Where to look."""

    settings: "Settings"
    spark: "SparkSession"
    registry: "Registry"
    store: "FeatureStore"
    experiment_id: str  # of the decisions


@dataclass
class _Findings:
    """What was found so far."""

    rows: ReferenceRows | None = None
    scored: dict[Role, ScoredVersion] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def observe(sources: Sources) -> Observed:
    """Everything that the gate's evidence is made from. What cannot be read or scored is a problem in it, no error."""
    staging, production = (sources.registry.in_stage(stage) for stage in (Stage.STAGING, Stage.PRODUCTION))
    before = _state(staging, production)
    versions = _compared(staging, production) if before.is_decidable else {}
    findings = _compare(sources, versions) if versions else _Findings()
    return Observed(
        model_name=sources.registry.model_name,
        threshold=sources.settings.inference.threshold,
        registry_before=before,
        registry_after=_look_again(sources.registry, before),
        training_runs={role: version.run_id for role, version in versions.items() if version.run_id},
        rows=findings.rows,
        candidate=findings.scored.get(Role.CANDIDATE),
        production=findings.scored.get(Role.PRODUCTION),
        problems=tuple(findings.problems),
    )


def _state(staging: list["ModelVersion"], production: list["ModelVersion"]) -> RegistryState:
    numbers = tuple(str(version.version) for version in staging)
    return RegistryState(
        candidate_version=numbers[-1] if numbers else None,
        staging_versions=numbers,
        production_versions=tuple(str(version.version) for version in production),
    )


def _look_again(registry: "Registry", before: RegistryState) -> RegistryState:
    after = _state(registry.in_stage(Stage.STAGING), registry.in_stage(Stage.PRODUCTION))
    return after.model_copy(update={"candidate_version": before.candidate_version})


def _compared(staging: list["ModelVersion"], production: list["ModelVersion"]) -> dict[Role, "ModelVersion"]:
    found = {Role.PRODUCTION: production, Role.CANDIDATE: staging}
    return {role: versions[0] for role, versions in found.items() if versions}


def _compare(sources: Sources, versions: dict[Role, "ModelVersion"]) -> _Findings:
    findings = _Findings(problems=_missing_tables(sources))
    if findings.problems:
        return findings
    findings.rows, inputs = _reference(sources)
    for role, version in versions.items():
        findings.problems += _leak(sources, role, version, findings.rows)
        outcome = score(sources.store.client, sources.registry.uri(version), inputs, role, version)
        if isinstance(outcome, Problem):
            findings.problems.append(outcome)
        else:
            findings.scored[role] = outcome
    return findings


def _missing_tables(sources: Sources) -> list[Problem]:
    tables = sources.settings.tables
    names = [tables.full_name(table) for table in (tables.reference, tables.features, tables.bronze)]
    return [
        Problem(
            code=ProblemCode.MISSING_TABLE,
            sentence=f"There is no table {name}: run the jobs ingest and feature-table-creation.",
        )
        for name in names
        if not sources.spark.catalog.tableExists(name)
    ]


def _reference(sources: Sources) -> tuple[ReferenceRows, "DataFrame"]:
    """The reference rows, and what both versions score: keys and features. Each table is read at one Delta version.

    The features are given to the models rather than looked up by them, so that both score the same values even if the
    feature table changes meanwhile. Customers are cut into slices by their raw columns, which stay readable whatever
    the featurizer does.
    """
    settings, spark = sources.settings, sources.spark
    tables, key, label = settings.tables, settings.features.primary_key, settings.features.label
    name = tables.full_name(tables.reference)
    features, bronze = tables.full_name(tables.features), tables.full_name(tables.bronze)
    pinned = {table: current_version(spark, table) for table in (name, features, bronze)}
    reference = table_at(spark, name, pinned[name]).select(key, label)
    customers = table_at(spark, bronze, pinned[bronze]).drop(LABEL)
    rows = reference.join(customers, on=key, how="left").toPandas()
    rows = rows.sort_values(key, ignore_index=True)
    say(f"Read {len(rows):,} reference rows of {name} at version {pinned[name]}")
    inputs = reference.select(key).join(table_at(spark, features, pinned[features]), on=key)
    return (
        ReferenceRows(
            table=name,
            delta_version=pinned.pop(name),
            salt=settings.features.reference_salt,
            keys=rows[key].to_numpy(),
            labels=rows[label].to_numpy(),
            customers=rows.drop(columns=[key, label]),
            earlier_decisions=earlier_decisions(sources.experiment_id, settings.features.reference_salt),
            read_with=pinned,
        ),
        inputs,
    )


def _leak(sources: Sources, role: Role, version: "ModelVersion", rows: ReferenceRows) -> list[Problem]:
    """Whether a version was, or may have been, trained on reference rows: its run says which customers it held out."""
    holdout = sources.registry.holdout_of(version)
    who = f"Version {version.version} ({role.value})"
    if holdout is None:
        sentence = f"{who} does not say which customers it was trained without: register it with the job model-train."
        return [Problem(code=ProblemCode.TRAINED_ON_REFERENCE, role=role, sentence=sentence)]
    trained_on = [key for key in rows.keys if not holdout.includes(key)]
    if not trained_on:
        return []
    sentence = (
        f"{who} was trained with features.reference_salt = {holdout.salt} and reference_share = {holdout.share:g}, so "
        f"it may have seen {len(trained_on)} of the {len(rows.keys)} reference rows, such as "
        f"{', '.join(map(str, trained_on[:COUNT_OF_KEYS_IN_MESSAGE]))}: train it again."
    )
    return [Problem(code=ProblemCode.TRAINED_ON_REFERENCE, role=role, sentence=sentence)]
