"""What a demo run came to, for a person and for a program."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from churn.config import Settings
from demo.clients.workspace import Comparison, ModelVersion


@dataclass(frozen=True)
class Summary:
    """The end of the lifecycle."""

    model: str
    versions: list[ModelVersion]
    comparison: Comparison
    scoring: str
    tables: dict[str, str]
    experiments: dict[str, str]
    logs: dict[str, str]
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
    console.print(f"Decision: [bold]{comparison.verdict}[/bold] version {comparison.candidate}", highlight=False)
    for reason in comparison.reasons:
        console.print(f"  {reason}", markup=False, highlight=False)
    console.print(f"Scoring: {summary.scoring}", markup=False, highlight=False, soft_wrap=True)
    for title, entries in (("Tables", summary.tables), ("MLflow", summary.experiments), ("Logs", summary.logs)):
        _section(console, title, entries)
    _section(console, "Time", {title: f"{seconds:.1f} s" for title, seconds in summary.seconds.items()})


def _versions(summary: Summary) -> Table:
    table = Table(title=summary.model, title_justify="left")
    for heading in ("version", "stage", "max_depth", "ROC AUC on the reference rows"):
        table.add_column(heading)
    for version in summary.versions:
        depth = version.parameters.get("max_depth", "?")
        table.add_row(version.version, version.stage, depth, _auc(summary.comparison, version.version))
    return table


def _auc(comparison: Comparison, version: str) -> str:
    names = {comparison.candidate: "candidate", comparison.production: "production"}
    value = comparison.metrics.get(f"{names.get(version)}.roc_auc")
    return "not compared" if value is None else f"{value:.4f}"


def _section(console: Console, title: str, entries: Mapping[str, str]) -> None:
    console.print(f"{title}:", highlight=False)
    width = max(map(len, entries), default=0)
    for name, value in entries.items():
        console.print(f"  {name:<{width}}  {value}", markup=False, highlight=False, soft_wrap=True)
