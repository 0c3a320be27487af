"""One decision as a page: a single file that needs no network, in light and in dark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from churn.gate import charts
from churn.gate.charts import Chart
from churn.gate.evidence import Difference, Evidence, Role, SliceEvidence, VersionEvidence
from churn.gate.forest import Forest, forest
from churn.gate.guardrails import slice_p_values
from churn.gate.policy import Metric
from churn.gate.record import Record
from churn.gate.wording import describe_caveats, describe_comparison, describe_policy

_TEMPLATES = Environment(
    loader=PackageLoader("churn.gate", "templates"),
    autoescape=True,  # names of models, tables and slices are not ours
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {"width": charts.WIDTH, "height": charts.HEIGHT, "bottom": charts.HEIGHT - charts.BOTTOM}


def render_report(record: Record, about: Mapping[str, str] | None = None) -> str:
    """The page.

    Args:
        record: policy, evidence and decision.
        about: what else to say of the run, such as its id or the DAG run: name to value.
    """
    evidence, confidence = record.evidence, record.policy.confidence
    return _TEMPLATES.get_template("report.html.jinja").render(
        decision=record.decision,
        comparison=describe_comparison(evidence),
        confidence=f"{confidence:.0%}",
        policy=describe_policy(record.policy),
        policy_json=record.policy.model_dump_json(indent=2),
        caveats=describe_caveats(evidence),
        metrics=list(_metric_rows(record)),
        deciding=record.policy.metric,
        charts=list(_charts(evidence)),
        slices=_slice_rows(record),
        about={**_provenance(evidence), **(about or {})},
        model_name=evidence.model_name,
    )


@dataclass(frozen=True)
class MetricRow:
    """A metric of both versions; the right half is empty without a comparison."""

    metric: Metric
    candidate: float
    production: float | None
    difference: Difference | None
    interval: tuple[float, float] | None
    by_bootstrap: tuple[float, float] | None


def _metric_rows(record: Record) -> Iterator[MetricRow]:
    evidence = record.evidence
    if evidence.candidate is None:
        return
    for metric, value in evidence.candidate.metrics.items():
        if evidence.production is None or evidence.comparison is None:
            yield MetricRow(metric, value, None, None, None, None)
            continue
        difference = evidence.comparison.differences[metric]
        bootstrap = evidence.comparison.bootstrap[metric]
        yield MetricRow(
            metric,
            value,
            evidence.production.metrics[metric],
            difference,
            difference.interval(record.policy.confidence),
            (bootstrap.lower, bootstrap.upper),
        )


@dataclass(frozen=True)
class SliceTable:
    """Slices with their p values, None for those too small to count, and the drawing of their intervals."""

    rows: list[tuple[SliceEvidence, float | None]]
    forest: Forest


def _slice_rows(record: Record) -> SliceTable | None:
    limits, comparison = record.policy.guardrails.slices, record.evidence.comparison
    if limits is None or comparison is None or not comparison.slices:
        return None
    p_values = slice_p_values(limits, comparison.slices)
    differences = [slice_.difference for slice_ in comparison.slices]
    return SliceTable(
        rows=[(slice_, p_values.get(slice_.name)) for slice_ in comparison.slices],
        forest=forest(differences, limits.margin, record.policy.confidence),
    )


def _charts(evidence: Evidence) -> Iterator[Chart]:
    versions = list(_named_versions(evidence))
    if not versions or evidence.reference is None:
        return
    curves = [(css, name, version.curves) for css, name, version in versions]
    yield charts.roc(curves)
    yield charts.precision_recall(curves, evidence.reference.positives / evidence.reference.rows)
    yield charts.reliability([(css, name, version.calibration) for css, name, version in versions])
    yield from charts.distributions((f"Scores: {name}", found) for _, name, found in curves)


def _named_versions(evidence: Evidence) -> Iterator[tuple[Role, str, VersionEvidence]]:
    """Role, which is also the CSS class, name and numbers."""
    if evidence.production is not None:
        yield Role.PRODUCTION, f"Production (version {evidence.production.version})", evidence.production
    if evidence.candidate is not None:
        yield Role.CANDIDATE, f"candidate (version {evidence.candidate.version})", evidence.candidate


def _provenance(evidence: Evidence) -> dict[str, str]:
    about = {"Model": evidence.model_name}
    for role, _, version in _named_versions(evidence):
        name = role.capitalize()
        about[name] = f"version {version.version}, from training run {evidence.training_runs.get(role, 'unknown')}"
        about[f"{name}: scoring time"] = f"{version.scoring_seconds:.3f} s"
        slope = version.calibration.slope
        told = "not defined" if slope is None else f"{slope:.3f}"
        about[f"{name}: calibration"] = f"error {version.calibration.ece:.4f}, slope {told}"
    if evidence.comparison is not None and evidence.comparison.drift is not None:
        about["Prediction drift"] = f"PSI {evidence.comparison.drift.psi:.4f}"
    if evidence.reference is not None:
        reference = evidence.reference
        tables = {reference.table: reference.delta_version, **reference.read_with}
        about["Data"] = ", ".join(f"{table} at version {version}" for table, version in tables.items())
        about["Draw of the reference"] = f"salt {reference.salt}"
    about["Threshold"] = f"{evidence.measurement.threshold:g}"
    bootstrap = evidence.measurement.bootstrap
    about["Bootstrap"] = f"{bootstrap.samples:,} samples, seed {bootstrap.seed}"
    return about
