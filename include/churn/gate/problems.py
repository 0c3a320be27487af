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
    if (fault := _fault(rows, version)) is not None:
        code, what = fault
        yield Problem(code=code, role=role, sentence=f"Version {version.version} ({role.value}) {what}")


def _fault(rows: ReferenceRows, version: ScoredVersion) -> tuple[ProblemCode, str] | None:
    """The first thing that is wrong with a version's scores: what comes after it would not mean anything."""
    scores = version.probabilities
    if not np.array_equal(rows.keys, version.keys) or scores.shape != rows.keys.shape:
        return ProblemCode.ROWS_DIFFER, (
            f"did not score the {rows.keys.size} rows of {rows.table} once each in their order: "
            "look for customers without features."
        )
    finite = np.isfinite(scores)
    if not finite.all():
        return ProblemCode.SCORES_NOT_FINITE, (
            f"gave {np.count_nonzero(~finite)} scores that are NaN or infinite, the first for customer "
            f"{rows.keys[np.argmin(finite)]}."
        )
    lowest, highest = float(scores.min()), float(scores.max())
    if lowest < 0 or highest > 1:
        return ProblemCode.SCORES_OUT_OF_RANGE, (
            f"gave scores from {lowest:g} to {highest:g}, which are not probabilities."
        )
    if np.isin(scores, (0, 1)).all():
        return ProblemCode.NO_PROBABILITIES, "gave no scores but 0 and 1: these are labels, not probabilities."
    return None
