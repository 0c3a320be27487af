"""What keeps a candidate from being decided on at all. Each is for a person to clear."""

from collections.abc import Iterator

from churn.gate.evidence import Comparison, Evidence, RegistryState
from churn.gate.policy import Metric, Policy
from churn.gate.reasons import Reason, ReasonCode, hold


def find_obstacles(policy: Policy, evidence: Evidence) -> list[Reason]:
    """Everything that stands in the way of a decision, the root causes only.

    An ambiguous registry leaves nothing to measure, and a problem while measuring leaves gaps: what merely follows
    from an obstacle is not reported again.
    """
    for find in (_in_the_registry, _while_measuring, _in_the_reference, _in_what_was_measured):
        if found := list(find(policy, evidence)):
            return found
    return []


def _in_the_registry(_: Policy, evidence: Evidence) -> Iterator[Reason]:
    before, after = evidence.registry_before, evidence.registry_after
    yield from _ambiguity(evidence.model_name, before)
    if before != after:
        yield hold(
            ReasonCode.REGISTRY_MOVED,
            f"The registry moved during the comparison: {_describe(before)} at its start, {_describe(after)} at its "
            "end. Compare again.",
        )


def _ambiguity(model_name: str, state: RegistryState) -> Iterator[Reason]:
    if not state.staging_versions or state.candidate_version is None:
        yield hold(ReasonCode.NO_CANDIDATE, f"No version of {model_name} is in Staging: move one there.")
    elif len(state.staging_versions) > 1:
        yield hold(
            ReasonCode.SEVERAL_CANDIDATES,
            f"Versions {_listed(state.staging_versions)} of {model_name} are in Staging: leave one.",
        )
    elif state.candidate_version not in state.staging_versions:
        yield hold(
            ReasonCode.REGISTRY_MOVED,
            f"Version {state.candidate_version} of {model_name} is not in Staging, {state.staging_versions[0]} is: "
            "compare again.",
        )
    if len(state.production_versions) > 1:
        yield hold(
            ReasonCode.SEVERAL_IN_PRODUCTION,
            f"Versions {_listed(state.production_versions)} of {model_name} are in Production: leave only one.",
        )
    if state.candidate_version is not None and state.candidate_version in state.production_versions:
        yield hold(
            ReasonCode.SAME_VERSION,
            f"Version {state.candidate_version} of {model_name} is in Staging and in Production: there is nothing to "
            "decide.",
        )


def _while_measuring(_: Policy, evidence: Evidence) -> Iterator[Reason]:
    for problem in evidence.problems:
        yield hold(ReasonCode(problem.code.value), problem.sentence)


def _in_the_reference(policy: Policy, evidence: Evidence) -> Iterator[Reason]:
    reference = evidence.reference
    if reference is None:
        yield hold(ReasonCode.NOT_MEASURED, "The evidence holds no reference rows: compare again.")
        return
    for code, name, count, least in (
        (ReasonCode.TOO_FEW_ROWS, "rows", reference.rows, policy.min_rows),
        (ReasonCode.TOO_FEW_POSITIVES, "customers who churned", reference.positives, policy.min_positives),
        (ReasonCode.TOO_FEW_NEGATIVES, "customers who stayed", reference.negatives, policy.min_negatives),
    ):
        if count < least:
            yield hold(code, f"{reference.table} holds {count} {name} and the policy asks for {least}: hold out more.")


def _in_what_was_measured(policy: Policy, evidence: Evidence) -> Iterator[Reason]:
    for name in _missing_measurements(policy, evidence):
        yield hold(
            ReasonCode.NOT_MEASURED, f"The policy asks for {name}, which the evidence does not hold: compare again."
        )


def _missing_measurements(policy: Policy, evidence: Evidence) -> Iterator[str]:
    versions = {"the candidate": evidence.candidate}
    if evidence.registry_before.production_version is not None:
        versions["Production"] = evidence.production
        if evidence.comparison is None or policy.metric not in evidence.comparison.differences:
            yield f"the difference in {policy.metric.label}"
        else:
            yield from _missing_guardrails(policy, evidence, evidence.comparison)
    for name, version in versions.items():
        if version is None or policy.metric not in version.metrics:
            yield f"the {policy.metric.label} of {name}"
    if policy.metric is Metric.EXPECTED_PROFIT and evidence.measurement.cost_matrix != policy.cost_matrix:
        yield "the profit by its own cost matrix"


def _missing_guardrails(policy: Policy, evidence: Evidence, comparison: Comparison) -> Iterator[str]:
    limits = policy.guardrails
    if limits.drift is not None and comparison.drift is None:
        yield "prediction drift"
    if limits.slices is not None:
        if evidence.measurement.metric is not policy.metric:
            yield f"slices measured by {policy.metric.label}"
        for column in limits.slices.all_columns:
            if column not in comparison.sliced_by:
                yield f"slices by {column}"


def _describe(state: RegistryState) -> str:
    staging = _listed(state.staging_versions) or "none"
    production = _listed(state.production_versions) or "none"
    return f"Staging {staging} and Production {production}"


def _listed(versions: tuple[str, ...]) -> str:
    return " and ".join(versions)
