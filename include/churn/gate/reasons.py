"""What a decision consists of: a verdict, and reasons as a code and a sentence each."""

from enum import StrEnum

from churn.section import Section


class Verdict(StrEnum):
    """What becomes of the candidate."""

    PROMOTE = "PROMOTE"
    ARCHIVE = "ARCHIVE"  # measured, and not good enough
    HOLD = "HOLD"  # nothing happens before a person has looked


class ReasonCode(StrEnum):
    """Every reason that a verdict can have."""

    # for PROMOTE
    FIRST_VERSION = "first_version"
    BETTER = "better"
    NON_INFERIOR = "non_inferior"
    SUPERIOR = "superior"
    GUARDRAIL_HELD = "guardrail_held"
    # for ARCHIVE
    EQUAL_SCORES = "equal_scores"
    NOT_BETTER = "not_better"
    MAYBE_INFERIOR = "maybe_inferior"
    NOT_SUPERIOR = "not_superior"
    BELOW_FLOOR = "below_floor"
    CALIBRATION_ERROR = "calibration_error"
    CALIBRATION_SLOPE = "calibration_slope"
    SLICE_LOSS = "slice_loss"
    # for HOLD: measured, but a person should look
    PREDICTION_DRIFT = "prediction_drift"
    SLOW_SCORING = "slow_scoring"
    # for HOLD: could not be decided
    NO_CANDIDATE = "no_candidate"
    SEVERAL_CANDIDATES = "several_candidates"
    SEVERAL_IN_PRODUCTION = "several_in_production"
    SAME_VERSION = "same_version"
    REGISTRY_MOVED = "registry_moved"
    MISSING_TABLE = "missing_table"
    MODEL_NOT_LOADABLE = "model_not_loadable"
    NO_PROBABILITIES = "no_probabilities"
    SCORES_NOT_FINITE = "scores_not_finite"
    SCORES_OUT_OF_RANGE = "scores_out_of_range"
    LABELS_NOT_BINARY = "labels_not_binary"
    ONE_CLASS = "one_class"
    ROWS_DIFFER = "rows_differ"
    TRAINED_ON_REFERENCE = "trained_on_reference"
    TOO_FEW_ROWS = "too_few_rows"
    TOO_FEW_POSITIVES = "too_few_positives"
    TOO_FEW_NEGATIVES = "too_few_negatives"
    NOT_MEASURED = "not_measured"


class Reason(Section):
    """One check's outcome, and the verdict that it speaks for."""

    code: ReasonCode
    speaks_for: Verdict
    sentence: str


class Decision(Section):
    """The verdict, why, and what else was checked."""

    verdict: Verdict
    reasons: tuple[Reason, ...]  # those that speak for the verdict
    other_checks: tuple[Reason, ...] = ()  # those that do not


def promote(code: ReasonCode, sentence: str) -> Reason:
    """A reason that speaks for promotion."""
    return Reason(code=code, speaks_for=Verdict.PROMOTE, sentence=sentence)


def archive(code: ReasonCode, sentence: str) -> Reason:
    """A reason that speaks for archiving."""
    return Reason(code=code, speaks_for=Verdict.ARCHIVE, sentence=sentence)


def hold(code: ReasonCode, sentence: str) -> Reason:
    """A reason that speaks for waiting for a person."""
    return Reason(code=code, speaks_for=Verdict.HOLD, sentence=sentence)
