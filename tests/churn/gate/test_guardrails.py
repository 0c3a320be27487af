"""Holm's correction."""

import pytest

from churn.gate.guardrails import holm


def test_it_is_the_published_procedure() -> None:
    """Steps: 4 x 0.005, 3 x 0.01, 2 x 0.03, 1 x 0.04, and none below the one before it."""
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})

    assert adjusted == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})


def test_one_hypothesis_is_left_as_it_is() -> None:
    assert holm({"a": 0.03}) == {"a": 0.03}


def test_no_p_value_exceeds_one() -> None:
    assert holm({"a": 0.7, "b": 0.9}) == {"a": 1.0, "b": 1.0}


def test_nothing_to_test() -> None:
    assert holm({}) == {}
