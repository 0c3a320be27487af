"""What holds of every decision, whatever the numbers."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from churn.gate.decision import Verdict, decide
from churn.gate.evidence import Evidence
from churn.gate.policy import Policy

FROM_WORST = (Verdict.ARCHIVE, Verdict.HOLD, Verdict.PROMOTE)
CRITERIA = [["better"], ["non_inferior"], ["superior"], ["better", "non_inferior"], ["better", "superior"]]

gain = st.floats(-0.1, 0.1)
improvement = st.just(0.0) | st.floats(0, 0.1)
examples = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def qualities(draw: st.DrawFn) -> dict[str, float]:
    """What a candidate is judged by; each is better where it is higher."""
    return {
        "gain": draw(gain),
        "metric": draw(st.floats(0.6, 0.9)),
        "slice": draw(gain),
        "ece": -draw(st.floats(0, 0.3)),
        "psi": -draw(st.floats(0, 0.6)),
        "seconds": -draw(st.floats(0, 10)),
    }


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, float], dict[str, float]]:
    """Two candidates, of which the second is as good or better in every respect."""
    worse = draw(qualities())
    ceilings = {"ece": 0.0, "psi": 0.0, "seconds": 0.0}
    better = {name: min(value + draw(improvement), ceilings.get(name, 1.0)) for name, value in worse.items()}
    return worse, better


@examples
@given(pairs(), st.sampled_from(CRITERIA), st.floats(0, 0.05), st.floats(0, 0.05))
def test_a_better_candidate_never_gets_a_worse_verdict(
    policy: Policy,
    evidence: Evidence,
    revise: Any,
    pair: tuple[dict[str, float], dict[str, float]],
    criteria: list[str],
    margin: float,
    standard_error: float,
) -> None:
    asked = revise(policy, {"criteria": criteria, "margin": margin, "min_effect": margin / 2})

    worse, better = (decide(asked, with_quality(evidence, revise, found, standard_error)).verdict for found in pair)

    assert FROM_WORST.index(worse) <= FROM_WORST.index(better)


def with_quality(evidence: Evidence, revise: Any, found: dict[str, float], standard_error: float) -> Evidence:
    assert evidence.comparison is not None
    difference = {"standard_error": standard_error, "method": "delong"}
    slices = [slice_.model_dump() for slice_ in evidence.comparison.slices]
    slices[0]["difference"] = {"gain": found["slice"], **difference}
    revised: Evidence = revise(
        evidence,
        {
            "comparison.differences.roc_auc": {"gain": found["gain"], **difference},
            "comparison.slices": slices,
            "comparison.drift.psi": -found["psi"],
            "candidate.metrics.roc_auc": found["metric"],
            "candidate.calibration.ece": -found["ece"],
            "candidate.scoring_seconds": -found["seconds"],
        },
    )
    return revised


def floats(section: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every number with decimals in a nested structure; of a list its first and last item."""
    if isinstance(section, float):
        yield at
    elif isinstance(section, dict):
        for key, value in section.items():
            yield from floats(value, (*at, key))
    elif isinstance(section, list):
        for number in {0, len(section) - 1} if section else ():
            yield from floats(section[number], (*at, number))


@pytest.mark.parametrize("strange", [float("nan"), float("inf")])
def test_nothing_that_is_no_number_gets_into_evidence_or_policy(
    policy: Policy, evidence: Evidence, strange: float
) -> None:
    """So that no comparison with one is ever made, which would quietly be false."""
    for section in (policy, evidence):
        paths = list(floats(section.model_dump(mode="json")))
        assert len(paths) > 10
        for *parents, last in paths:
            data = section.model_dump(mode="json")
            target = data
            for parent in parents:
                target = target[parent]
            target[last] = strange

            with pytest.raises(ValidationError):
                type(section).model_validate(data)
