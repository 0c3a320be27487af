"""What a demo run came to, for a person and for a program."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from churn.config import Settings
from demo.clients.workspace import Comparison, ModelVersion

METRICS = {"roc_auc": "ROC AUC", "average_precision": "average precision", "log_loss": "log loss"}


@dataclass(frozen=True)
class Summary:
    """The end of the lifecycle."""

    model: str
    versions: list[ModelVersion]
    comparison: Comparison
    scoring: str
    tables: dict[str, str]
    experiments: dict[str, str]
    where_to_look: dict[str, str]
    seconds: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def table_names(settings: Settings) -> dict[str, str]:
    """Full names of the tables that the lifecycle leaves, by what they hold."""
    tables = settings.tables
    held = ("bronze", "rejects", "features", "labels", "reference", "predictions")
    return {name: tables.full_name(getattr(tables, name)) for name in held}


def print_summary(console: Console, summary: Summary) -> None:
    """The summary as a person reads it."""
    console.print()
    console.print(_versions(summary))
    comparison = summary.comparison
    compared = f"version {comparison.candidate} against {comparison.production or 'none'}"
    _line(console, f"Decision: {comparison.verdict}, {compared}")
    for reason in comparison.reasons:
        _line(console, f"  - {reason}")
    _line(console, f"Scoring: {summary.scoring}")
    for title, entries in (
        ("Tables", summary.tables),
        ("MLflow experiments", summary.experiments),
        ("Where to look", summary.where_to_look),
        ("Seconds", {title: f"{seconds:5.1f}" for title, seconds in summary.seconds.items()}),
    ):
        _section(console, title, entries)
    _line(console, f"{sum(summary.seconds.values()):.0f} s in all.")


def _versions(summary: Summary) -> Table:
    table = Table(title=f"{summary.model}, measured on the reference rows", title_justify="left")
    for heading in ("version", "stage", "max_depth", *METRICS.values()):
        table.add_column(heading)
    for version in summary.versions:
        measured = _measured(summary.comparison, version.version)
        table.add_row(version.version, version.stage, version.parameters.get("max_depth", "?"), *measured)
    return table


def _measured(comparison: Comparison, version: str) -> list[str]:
    roles = {comparison.candidate: "candidate", comparison.production: "production"}
    values = [comparison.metrics.get(f"{roles.get(version)}_{metric}") for metric in METRICS]
    return ["" if value is None else f"{value:.4f}" for value in values]


def _section(console: Console, title: str, entries: Mapping[str, str]) -> None:
    _line(console, f"{title}:")
    width = max(map(len, entries), default=0)
    for name, value in entries.items():
        _line(console, f"  {name:<{width}}  {value}")


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
