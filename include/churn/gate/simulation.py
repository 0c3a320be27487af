"""How often a policy's criteria pass for models of known quality: what its margin and a reference's size are worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from churn.gate.comparison import Paired
from churn.gate.criteria import is_met
from churn.gate.delong import paired_auc
from churn.gate.evidence import Difference, Method
from churn.gate.policy import Metric, Policy


@dataclass(frozen=True)
class Scenario:
    """Two models and the reference that they meet on. The defaults are much like two forests on the real data."""

    rows: int = 1_750
    churned: float = 0.265
    production_auc: float = 0.84
    difference: float = 0.0  # of the candidate's true ROC AUC from Production's
    correlation: float = 0.97  # of the two models' scores within a class

    def draw(self, generator: np.random.Generator) -> Paired:
        """Labels and scores of one pair of models on a reference of their own.

        Scores are normal within each class with unit variance, so that the true ROC AUC is Phi(shift / sqrt(2)). The
        number of churners is fixed.

        Source: D. Green & J. Swets (1966), Signal Detection Theory and Psychophysics, Wiley (the binormal model).
        """
        labels = np.arange(self.rows) < round(self.rows * self.churned)
        shared = generator.standard_normal(self.rows)
        aucs = (self.production_auc + self.difference, self.production_auc)
        return Paired(labels, *(self._scores(auc, labels, shared, generator) for auc in aucs))

    def _scores(
        self, auc: float, labels: NDArray[np.bool_], shared: NDArray[np.float64], generator: np.random.Generator
    ) -> NDArray[np.float64]:
        own = generator.standard_normal(self.rows)
        noise = np.sqrt(self.correlation) * shared + np.sqrt(1 - self.correlation) * own
        scores: NDArray[np.float64] = labels * np.sqrt(2) * norm.ppf(auc) + noise
        return scores


def share_passing(policy: Policy, scenario: Scenario, pairs: int, seed: int) -> float:
    """Share of independent pairs whose difference in ROC AUC meets all criteria of a policy.

    Args:
        policy: criteria, margin, minimum effect and confidence.
        scenario: the models' true quality, and the reference.
        pairs: how many to draw.
        seed: of the draws.
    """
    generator = np.random.default_rng(seed)
    return float(np.mean([_passes(policy, scenario.draw(generator)) for _ in range(pairs)]))


def _passes(policy: Policy, paired: Paired) -> bool:
    candidate, production, error = paired_auc(*paired)
    gain = Metric.ROC_AUC.sign * (candidate - production)
    difference = Difference(gain=gain, standard_error=error, method=Method.DELONG)
    return all(is_met(criterion, policy, difference) for criterion in policy.criteria)
