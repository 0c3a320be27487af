"""The summary says what came out, to a person and to a program."""

import json
from io import StringIO

import pytest
from rich.console import Console

from churn.config import load_settings
from demo.clients.workspace import Comparison, ModelVersion
from demo.summary import Summary, print_summary, table_names


@pytest.fixture
def summary() -> Summary:
    return Summary(
        model="telco_churn",
        versions=[
            ModelVersion("1", "Archived", "run-1", {"max_depth": "4"}),
            ModelVersion("2", "Production", "run-2", {"max_depth": "8"}),
        ],
        comparison=Comparison(
            run_id="run-3",
            verdict="PROMOTE",
            candidate="2",
            production="1",
            reasons=("The gain is +0.0035.",),
            metrics={"candidate_roc_auc": 0.8446, "production_roc_auc": 0.8411},
        ),
        scoring="Wrote 7,043 predictions",
        tables=table_names(load_settings("local")),
        experiments={"training": "/Shared/training"},
        where_to_look={"task logs": "/logs"},
        seconds={"Step 1": 12.0, "Step 2": 30.0},
    )


@pytest.fixture
def printed(summary: Summary) -> str:
    out = StringIO()
    print_summary(Console(file=out, width=120), summary)
    return out.getvalue()


@pytest.mark.parametrize(
    "fact",
    [
        "PROMOTE, version 2 against 1",
        "The gain is +0.0035.",
        "7,043",
        "main.churn_local.churn_predictions",
        "42 s in all",
    ],
)
def test_a_person_reads(fact: str, printed: str) -> None:
    assert fact in printed


@pytest.mark.parametrize(
    ("version", "facts"), [("1", ["Archived", "4", "0.8411"]), ("2", ["Production", "8", "0.8446"])]
)
def test_each_version_stands_beside_its_own_figures(version: str, facts: list[str], printed: str) -> None:
    (line,) = [line for line in printed.splitlines() if f"│ {version} " in line]

    assert all(fact in line for fact in facts)


def test_a_program_reads_the_same_as_json(summary: Summary) -> None:
    read = json.loads(json.dumps(summary.as_dict()))

    assert read["versions"][1]["stage"] == "Production"
    assert read["comparison"]["metrics"]["candidate_roc_auc"] == 0.8446
