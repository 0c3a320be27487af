"""The page that a person reads before approving."""

import re
from typing import Any

import pytest

from churn.gate.decision import decide
from churn.gate.evidence import Evidence, Problem, ProblemCode
from churn.gate.policy import Policy
from churn.gate.record import Record
from churn.gate.report import render_report


@pytest.fixture
def record(policy: Policy, evidence: Evidence) -> Record:
    return Record(policy=policy, evidence=evidence, decision=decide(policy, evidence))


def test_the_verdict_and_its_reasons_come_first(record: Record) -> None:
    header = render_report(record).split("<main>")[0]

    assert "<h1>PROMOTE</h1>" in header
    for reason in record.decision.reasons:
        assert reason.sentence.replace("'", "&#39;") in header


def test_every_metric_and_every_slice_has_a_row(record: Record) -> None:
    page = render_report(record)

    assert record.evidence.candidate is not None
    assert record.evidence.comparison is not None
    for metric in record.evidence.candidate.metrics:
        assert re.search(rf"<th>{metric.label}", page)
    for found in record.evidence.comparison.slices:
        assert f"<th>{found.name}</th>" in page


def test_it_asks_for_nothing_from_elsewhere(record: Record) -> None:
    page = render_report(record)

    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=", page)


def test_names_from_outside_are_escaped(record: Record, revise: Any) -> None:
    hostile = revise(record, {"evidence.model_name": "<script>alert(1)</script>"})

    page = render_report(hostile, {"DAG run": "<b>bold</b>"})

    assert "<script>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_a_first_version_is_shown_by_itself(policy: Policy, evidence: Evidence, revise: Any) -> None:
    alone = revise(
        evidence,
        {
            "production": None,
            "comparison": None,
            "registry_before.production_versions": (),
            "registry_after.production_versions": (),
        },
    )

    page = render_report(Record(policy=policy, evidence=alone, decision=decide(policy, alone)))

    assert "nothing, as Production is empty" in page
    assert "bootstrap percentiles" not in page


def test_nothing_measured_still_gives_a_page_that_says_why(policy: Policy, evidence: Evidence, revise: Any) -> None:
    problem = Problem(code=ProblemCode.MISSING_TABLE, sentence="There is no table main.c.r: run ingest.")
    empty = revise(
        evidence,
        {
            "reference": None,
            "candidate": None,
            "production": None,
            "comparison": None,
            "problems": (problem.model_dump(),),
        },
    )

    page = render_report(Record(policy=policy, evidence=empty, decision=decide(policy, empty)))

    assert "<h1>HOLD</h1>" in page
    assert problem.sentence in page
