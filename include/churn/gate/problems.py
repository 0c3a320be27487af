"""What is wrong with reference rows or scores, found before anything is measured."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from churn.gate.evidence import Problem, ProblemCode, Role
from churn.gate.observed import ReferenceRows, ScoredVersion


def find_problems(rows: ReferenceRows, scored: dict[Role, ScoredVersion]) -> list[Problem]:
    """Everything that forbids a comparison, in words. No rows at all are for the policy's minimum to refuse."""
    if rows.keys.size == 0:
        return []
    problems = list(_of_labels(rows))
    for role, version in scored.items():
        problems += _of_scores(rows, role, version)
    return problems


def _of_labels(rows: ReferenceRows) -> Iterator[Problem]:
    values = pd.unique(pd.Series(rows.labels)).tolist()
    strange = [value for value in values if value not in {0, 1}]
    if strange:
        yield Problem(
            code=ProblemCode.LABELS_NOT_BINARY,
            sentence=f"{rows.table} holds the label {strange[0]!r} besides 0 and 1: build the reference table again.",
        )
    elif len(values) == 1:
        yield Problem(
            code=ProblemCode.ONE_CLASS,
            sentence=f"Every label in {rows.table} is {values[0]:g}: a comparison needs customers of both kinds.",
        )


def _of_scores(rows: ReferenceRows, role: Role, version: ScoredVersion) -> Iterator[Problem]:
    who = f"Version {version.version} ({role.value})"
    scores = version.probabilities
    if not np.array_equal(rows.keys, version.keys) or scores.shape != rows.keys.shape:
        yield Problem(
            code=ProblemCode.ROWS_DIFFER,
            role=role,
            sentence=f"{who} did not score the {rows.keys.size} rows of {rows.table} once each in their order: "
            "look for customers without features.",
        )
        return
    finite = np.isfinite(scores)
    if not finite.all():
        yield Problem(
            code=ProblemCode.SCORES_NOT_FINITE,
            role=role,
            sentence=f"{who} gave {np.count_nonzero(~finite)} scores that are NaN or infinite, the first for customer "
            f"{rows.keys[np.argmin(finite)]}.",
        )
        return
    lowest, highest = float(scores.min()), float(scores.max())
    if lowest < 0 or highest > 1:
        yield Problem(
            code=ProblemCode.SCORES_OUT_OF_RANGE,
            role=role,
            sentence=f"{who} gave scores from {lowest:g} to {highest:g}, which are not probabilities.",
        )
    elif np.isin(scores, (0, 1)).all():
        yield Problem(
            code=ProblemCode.NO_PROBABILITIES,
            role=role,
            sentence=f"{who} gave no scores but 0 and 1: these are labels, not probabilities.",
        )
