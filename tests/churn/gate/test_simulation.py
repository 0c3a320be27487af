"""How often the criteria pass for models of known quality."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, norm
from sklearn.metrics import roc_auc_score

from churn.gate.delong import paired_auc
from churn.gate.policy import Policy
from churn.gate.simulation import Scenario, share_passing

PAIRS = 500
CHANCE = 0.001  # of a false alarm of each test, were its seed another


@pytest.fixture(scope="module")
def superior(policy: Policy, revise: Any) -> Policy:
    revised: Policy = revise(policy, {"criteria": ["superior"], "confidence": 0.95, "min_effect": 0.0})
    return revised


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(),
        Scenario(rows=800, correlation=0.6, production_auc=0.75),
        Scenario(rows=2_000, churned=0.1, correlation=0.9),
    ],
    ids=["like two forests", "unlike each other", "few churners"],
)
def test_superiority_at_95_percent_is_found_by_chance_no_more_often_than_it_may(
    superior: Policy, scenario: Scenario
) -> None:
    nominal = 0.025  # above a two-sided interval of 95 %
    passing = round(share_passing(superior, scenario, PAIRS, seed=11) * PAIRS)

    assert passing <= binom.ppf(1 - CHANCE, PAIRS, nominal)
    assert passing >= binom.ppf(CHANCE, PAIRS, nominal)  # nor so rarely that the interval must be too wide


@pytest.mark.parametrize("difference", [0.0025, 0.005, 0.01])
def test_the_power_is_that_of_a_normal_test(superior: Policy, difference: float) -> None:
    scenario = Scenario(difference=difference)
    generator = np.random.default_rng(1)
    error = np.mean([paired_auc(*scenario.draw(generator)).standard_error for _ in range(50)])

    power = share_passing(superior, scenario, PAIRS, seed=12)

    expected = norm.cdf(difference / error - norm.ppf(0.975))
    assert power == pytest.approx(expected, abs=norm.ppf(1 - CHANCE / 2) * np.sqrt(0.25 / PAIRS))


def test_the_default_hardly_ever_passes_a_model_that_is_worse_by_its_margin(policy: Policy) -> None:
    assert share_passing(policy, Scenario(difference=-policy.margin), PAIRS, seed=13) < 0.01


def test_the_default_passes_most_models_that_are_better_by_half_its_margin(policy: Policy) -> None:
    assert share_passing(policy, Scenario(difference=policy.margin / 2), PAIRS, seed=14) > 0.9


def test_drawn_models_have_the_quality_that_was_asked_for() -> None:
    paired = Scenario(rows=200_000, production_auc=0.8, difference=0.05).draw(np.random.default_rng(3))

    assert roc_auc_score(paired.labels, paired.production) == pytest.approx(0.8, abs=0.004)
    assert roc_auc_score(paired.labels, paired.candidate) == pytest.approx(0.85, abs=0.004)
    assert paired.labels.mean() == pytest.approx(0.265)


def test_a_seed_gives_the_same_share(superior: Policy) -> None:
    scenario = Scenario(rows=300, difference=0.01)

    assert share_passing(superior, scenario, 50, seed=1) == share_passing(superior, scenario, 50, seed=1)
