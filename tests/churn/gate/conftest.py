"""A default policy, and evidence of an ordinary comparison that each test changes in one respect."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from churn.config import load_settings
from churn.gate.evidence import Evidence, RegistryState, Role
from churn.gate.measuring import build_evidence
from churn.gate.observed import Observed, ReferenceRows, ScoredVersion
from churn.gate.policy import Policy
from churn.section import Section

AnySection = TypeVar("AnySection", bound=Section)
Floats = NDArray[np.float64]
Revise = Callable[[AnySection, Mapping[str, Any]], AnySection]


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The default policy, with fewer resamples."""
    return load_settings("local", {"gate.bootstrap.samples": 300}).gate


@pytest.fixture(scope="session")
def revise() -> Revise[Any]:
    """A copy with some values changed, by dotted path, and validated anew."""

    def revised(section: AnySection, changes: Mapping[str, Any]) -> AnySection:
        data = section.model_dump()
        for path, value in changes.items():
            *parents, last = path.split(".")
            target = data
            for parent in parents:
                target = target[parent]
            target[last] = value
        return type(section).model_validate(data)

    return revised


@pytest.fixture(scope="session")
def observed() -> Observed:
    """Version 2 in Staging, a little better than version 1 in Production, on 2,000 simulated customers."""
    generator = np.random.default_rng(7)
    rows = 2_000
    risk = generator.normal(-1.3, 1.3, rows)
    labels = (generator.random(rows) < _probability(risk)).astype(int)
    shared = generator.normal(0, 0.5, rows)
    keys = np.array([f"customer-{number:04}" for number in range(rows)])
    customers = pd.DataFrame(
        {
            "Contract": generator.choice(["Month-to-month", "One year", "Two year"], rows),
            "SeniorCitizen": generator.integers(0, 2, rows),
            "gender": generator.choice(["Female", "Male"], rows),
            "PaymentMethod": generator.choice(["Electronic check", "Mailed check"], rows),
            "tenure": generator.integers(0, 73, rows),
        }
    )
    registry = RegistryState(candidate_version="2", staging_versions=("2",), production_versions=("1",))
    return Observed(
        model_name="telco_churn",
        threshold=0.5,
        registry_before=registry,
        registry_after=registry,
        training_runs={Role.CANDIDATE: "run-2", Role.PRODUCTION: "run-1"},
        rows=ReferenceRows(
            "main.churn.churn_reference",
            3,
            "salt",
            keys,
            labels,
            customers,
            earlier_decisions=4,
            read_with={"main.churn.churn_features": 5},
        ),
        candidate=ScoredVersion("2", keys, _probability(risk + shared), seconds=0.2),
        production=ScoredVersion("1", keys, _probability(risk + shared + generator.normal(0, 0.5, rows)), seconds=0.2),
    )


@pytest.fixture(scope="session")
def evidence(policy: Policy, observed: Observed) -> Evidence:
    """What is measured of the above."""
    return build_evidence(policy, observed)


@pytest.fixture(scope="session")
def by_all_pairs() -> Callable[[NDArray[np.bool_], Floats, Floats], tuple[float, float]]:
    """Difference of two ROC AUCs and its error, as DeLong, DeLong and Clarke-Pearson wrote them: over all pairs."""

    def compute(labels: NDArray[np.bool_], candidate: Floats, production: Floats) -> tuple[float, float]:
        kernels = []
        for scores in (candidate, production):
            positives, negatives = scores[labels][:, np.newaxis], scores[~labels][np.newaxis, :]
            kernels.append((positives > negatives) + 0.5 * (positives == negatives))
        kernel = kernels[0] - kernels[1]
        by_positive, by_negative = kernel.mean(axis=1), kernel.mean(axis=0)
        variance = np.var(by_positive, ddof=1) / by_positive.size + np.var(by_negative, ddof=1) / by_negative.size
        return float(kernel.mean()), float(np.sqrt(variance))

    return compute


def _probability(log_odds: Floats) -> Floats:
    probability: Floats = 1 / (1 + np.exp(-log_odds))
    return probability
