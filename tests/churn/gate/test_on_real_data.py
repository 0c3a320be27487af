"""The default policy on forests of depth 4 and 8, fitted as the training job fits them, on the IBM Telco dataset."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split
from tests.churn.real_data import DATA, needs_data

from churn.config import load_settings
from churn.features.holdout import Holdout
from churn.gate.bootstrap import paired_bootstrap
from churn.gate.decision import ReasonCode, Verdict, decide
from churn.gate.delong import paired_auc
from churn.gate.evidence import Evidence, RegistryState
from churn.gate.measuring import build_evidence
from churn.gate.metrics import Operation
from churn.gate.observed import Observed, ReferenceRows, ScoredVersion
from churn.gate.policy import Bootstrap, Metric
from churn.training.pipeline import build_pipeline

SHALLOW, DEEP = 4, 8

pytestmark = needs_data

SETTINGS = load_settings("local")


@dataclass(frozen=True)
class Split:
    """Customers held out by one salt, and what forests of two depths, fitted on others, make of them."""

    customers: pd.DataFrame
    labels: NDArray[np.int64]
    scores: dict[int, NDArray[np.float64]]

    def compare(self, candidate: int, production: int) -> Evidence:
        keys = self.customers["customerID"].to_numpy()
        registry = RegistryState(candidate_version="2", staging_versions=("2",), production_versions=("1",))
        return build_evidence(
            SETTINGS.gate,
            Observed(
                model_name="telco_churn",
                threshold=SETTINGS.inference.threshold,
                registry_before=registry,
                registry_after=registry,
                rows=ReferenceRows(
                    "churn_reference", 0, "salt", keys, self.labels, self.customers, earlier_decisions=0, read_with={}
                ),
                candidate=ScoredVersion("2", keys, self.scores[candidate], seconds=0.1),
                production=ScoredVersion("1", keys, self.scores[production], seconds=0.1),
            ),
        )


@pytest.fixture(scope="module", params=["as configured", "another salt", "a third"])
def split(request: pytest.FixtureRequest) -> Split:
    salt = SETTINGS.features.reference_salt if request.param == "as configured" else request.param
    customers = pd.read_csv(DATA)
    customers["TotalCharges"] = pd.to_numeric(customers["TotalCharges"], errors="coerce")
    labels = (customers["Churn"] == "Yes").to_numpy().astype(np.int64)
    features = customers.drop(columns=["customerID", "Churn"])
    holdout = Holdout(SETTINGS.features.reference_share, salt)
    held_out = np.array([holdout.includes(key) for key in customers["customerID"]])
    fitted_on, _ = train_test_split(
        np.flatnonzero(~held_out),
        test_size=SETTINGS.train.test_size,
        random_state=SETTINGS.train.random_state,
        stratify=labels[~held_out],
    )
    scores = {}
    for depth in (SHALLOW, DEEP):
        forest = build_pipeline(SETTINGS.train.model.model_copy(update={"max_depth": depth}))
        forest.fit(features.iloc[fitted_on], labels[fitted_on])
        scores[depth] = forest.predict_proba(features[held_out])[:, 1]
    return Split(customers[held_out].reset_index(drop=True), labels[held_out], scores)


def test_depth_8_is_promoted_over_depth_4(split: Split) -> None:
    decision = decide(SETTINGS.gate, split.compare(candidate=DEEP, production=SHALLOW))

    assert decision.verdict is Verdict.PROMOTE, decision.reasons


def test_depth_4_is_archived_below_depth_8(split: Split) -> None:
    decision = decide(SETTINGS.gate, split.compare(candidate=SHALLOW, production=DEEP))

    assert decision.verdict is Verdict.ARCHIVE
    assert ReasonCode.NOT_BETTER in [reason.code for reason in decision.reasons]


def test_the_variances_of_delong_and_bootstrap_agree_within_5_percent(split: Split) -> None:
    paired = split.labels == 1, split.scores[DEEP], split.scores[SHALLOW]
    operation = Operation(SETTINGS.inference.threshold, SETTINGS.gate.cost_matrix)
    enough = Bootstrap(samples=10_000, seed=1)  # a variance out of 2,000 samples is uncertain by 3 % itself

    spread = paired_bootstrap(*paired, operation, enough, frozenset({Metric.ROC_AUC}))[Metric.ROC_AUC]

    assert spread.standard_error**2 == pytest.approx(paired_auc(*paired).standard_error ** 2, rel=0.05)


def test_delong_is_what_all_pairs_give(split: Split, by_all_pairs: Callable[..., Any]) -> None:
    paired = split.labels == 1, split.scores[DEEP], split.scores[SHALLOW]

    found = paired_auc(*paired)

    difference, error = by_all_pairs(*paired)
    assert found.candidate - found.production == pytest.approx(difference, abs=1e-12)
    assert found.standard_error == pytest.approx(error, abs=1e-12)
