"""What a job saw and hands over: registry, reference rows, and what each version made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.gate.evidence import Problem, RegistryState, Role


@dataclass(frozen=True)
class ReferenceRows:
    """One pinned Delta version of the reference table."""

    table: str
    delta_version: int
    salt: str  # that the customers were drawn with
    keys: NDArray[Any]  # shape (n,), primary keys
    labels: NDArray[Any]  # shape (n,), 1 where the customer churned, else 0
    customers: pd.DataFrame  # n rows in the same order, with the columns to slice by
    earlier_decisions: int  # decisions that customers of this draw have served before
    read_with: Mapping[str, int]  # the tables that features and columns came from, to their Delta versions


@dataclass(frozen=True)
class ScoredVersion:
    """A model version's probabilities of churn."""

    version: str
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
    training_runs: Mapping[Role, str] = field(default_factory=dict)  # of the versions that came from one
    rows: ReferenceRows | None = None  # None where the table could not be read
    candidate: ScoredVersion | None = None  # None where there is none, or it could not score
    production: ScoredVersion | None = None
    problems: tuple[Problem, ...] = ()  # met while reading, loading and scoring
