"""What a job saw and hands over: registry, reference rows, and what each version made of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.gate.evidence import Problem, RegistryState


@dataclass(frozen=True)
class ReferenceRows:
    """One pinned Delta version of the reference table."""

    table: str
    delta_version: int
    keys: NDArray[Any]  # shape (n,), primary keys
    labels: NDArray[Any]  # shape (n,), 1 where the customer churned, else 0
    customers: pd.DataFrame  # n rows in the same order, with the columns to slice by
    earlier_decisions: int  # decisions that this Delta version has served before


@dataclass(frozen=True)
class ScoredVersion:
    """A model version's probabilities of churn."""

    version: str
    run_id: str | None  # the training run
    keys: NDArray[Any]  # shape (n,), as they were scored: compared with the reference's
    scores: NDArray[Any]  # shape (n,)
    seconds: float  # that scoring took

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """The scores in double precision; a missing one is NaN."""
        return np.asarray(self.scores, dtype=np.float64)


@dataclass(frozen=True)
class Observed:
    """All that a comparison starts from."""

    model_name: str
    threshold: float  # of the batch inference
    registry_before: RegistryState
    registry_after: RegistryState
    rows: ReferenceRows | None = None  # None where the table could not be read
    candidate: ScoredVersion | None = None  # None where there is none, or it could not score
    production: ScoredVersion | None = None
    problems: tuple[Problem, ...] = ()  # met while reading, loading and scoring
