"""What a policy may say."""

from typing import Any

import pytest
from pydantic import ValidationError

from churn.config import load_settings
from churn.errors import ConfigError
from churn.gate.policy import Direction, Metric, Policy


def test_the_default_asks_for_a_better_estimate_and_no_loss_beyond_a_small_margin(policy: Policy) -> None:
    assert policy.metric is Metric.ROC_AUC
    assert set(policy.criteria) == {"better", "non_inferior"}
    assert policy.confidence == 0.95
    assert None not in policy.guardrails.model_dump().values()


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        ("roc_auc", Direction.HIGHER_IS_BETTER),
        ("average_precision", Direction.HIGHER_IS_BETTER),
        ("log_loss", Direction.LOWER_IS_BETTER),
        ("brier_score", Direction.LOWER_IS_BETTER),
        ("f1", Direction.HIGHER_IS_BETTER),
        ("expected_profit", Direction.HIGHER_IS_BETTER),
    ],
)
def test_the_direction_follows_from_the_metric(policy: Policy, revise: Any, metric: str, direction: Direction) -> None:
    assert revise(policy, {"metric": metric}).direction is direction


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metric": "accuracy"}, "Input should be 'roc_auc'"),
        ({"direction": "higher_is_better"}, "Extra inputs"),
        ({"criteria": []}, "at least 1 item"),
        ({"criteria": ["better", "better"]}, "criteria names one twice: better, better"),
        ({"margin": -0.1}, "greater than or equal to 0"),
        ({"margin": 1.5}, "margin is 1.5, but roc_auc lies between 0 and 1"),
        ({"margin": float("nan")}, "finite number"),
        ({"guardrails.floor": -0.5}, "guardrails.floor is -0.5, but roc_auc lies between 0 and 1"),
        ({"confidence": 95}, "less than 1"),
        ({"min_rows": 0}, "greater than or equal to 1"),
        ({"bootstrap.samples": 10}, "greater than or equal to 200"),
        ({"guardrails.calibration.min_slope": 3.0}, "min_slope 3.0 is not below max_slope 2.0"),
        ({"guardrails.slices.columns": ["tenure"]}, "a column is named twice"),
        ({"guardrails.slices.columns": [], "guardrails.slices.bands": {}}, "name a column to slice by"),
        ({"guardrails.slices.bands": {"tenure": [24, 12]}}, "bands.tenure is [24.0, 12.0]"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_and_value(
    policy: Policy, revise: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        revise(policy, changes)

    assert message in str(raised.value)


def test_limits_of_an_unbounded_metric_are_in_its_own_units(policy: Policy, revise: Any) -> None:
    by_profit = revise(policy, {"metric": "expected_profit", "margin": 2.5, "guardrails.floor": -3.0})

    assert by_profit.margin == 2.5


def test_a_bad_policy_in_the_configuration_names_key_and_file() -> None:
    with pytest.raises(ConfigError, match=r"gate\.guardrails\.drift\.max_psi in the overrides is -1"):
        load_settings("local", {"gate.guardrails.drift.max_psi": -1})


def test_a_policy_survives_json(policy: Policy) -> None:
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
