"""The record of what was seen."""

from typing import Any

import pytest
from pydantic import ValidationError

from churn.gate.evidence import Difference, Evidence, Method


def test_evidence_survives_json(evidence: Evidence) -> None:
    assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_number_that_is_not_one_enters_a_record(evidence: Evidence, revise: Any, value: float) -> None:
    with pytest.raises(ValidationError, match="finite number"):
        revise(evidence, {"comparison.differences.roc_auc.gain": value})


def test_a_record_stays_small(evidence: Evidence) -> None:
    assert len(evidence.model_dump_json()) < 100_000


def test_an_interval_widens_with_the_confidence() -> None:
    difference = Difference(gain=0.01, standard_error=0.002, method=Method.DELONG)

    assert difference.interval(0.95) == pytest.approx((0.01 - 1.959964 * 0.002, 0.01 + 1.959964 * 0.002))
    assert difference.interval(0.99)[0] < difference.interval(0.95)[0]


def test_the_chance_of_a_gain_below_a_limit() -> None:
    difference = Difference(gain=-0.03, standard_error=0.01, method=Method.DELONG)

    assert difference.chance_of_gain_below(-0.03) == pytest.approx(0.5)
    assert difference.chance_of_gain_below(-0.01) == pytest.approx(0.02275, abs=1e-5)


@pytest.mark.parametrize(("gain", "p_value"), [(-0.03, 0.0), (-0.02, 1.0), (0.0, 1.0)])
def test_without_spread_a_gain_is_below_a_limit_or_is_not(gain: float, p_value: float) -> None:
    assert Difference(gain=gain, standard_error=0, method=Method.DELONG).chance_of_gain_below(-0.02) == p_value
