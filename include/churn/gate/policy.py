"""The policy that a promotion is decided by: declared in the configuration, logged with every decision."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from churn.section import Name, Section

Count = Annotated[int, Field(ge=1)]
NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class Direction(StrEnum):
    """Which way a metric improves."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"


class Metric(StrEnum):
    """What models are compared by; always measured on probabilities, never on hard labels."""

    ROC_AUC = "roc_auc"
    AVERAGE_PRECISION = "average_precision"
    LOG_LOSS = "log_loss"
    BRIER_SCORE = "brier_score"
    F1 = "f1"  # of the labels that the inference threshold gives
    EXPECTED_PROFIT = "expected_profit"  # a customer, from the cost matrix at the inference threshold

    @property
    def direction(self) -> Direction:
        """Which way this metric improves."""
        lower = self in {Metric.LOG_LOSS, Metric.BRIER_SCORE}
        return Direction.LOWER_IS_BETTER if lower else Direction.HIGHER_IS_BETTER

    @property
    def sign(self) -> int:
        """Turns a difference (candidate minus Production) into a gain: positive means that the candidate is better."""
        return 1 if self.direction is Direction.HIGHER_IS_BETTER else -1

    @property
    def is_bounded(self) -> bool:
        """Whether its values lie between 0 and 1."""
        return self not in {Metric.LOG_LOSS, Metric.EXPECTED_PROFIT}

    @property
    def label(self) -> str:
        """The name in a sentence."""
        return _LABELS[self]


_LABELS = {
    Metric.ROC_AUC: "ROC AUC",
    Metric.AVERAGE_PRECISION: "average precision",
    Metric.LOG_LOSS: "log loss",
    Metric.BRIER_SCORE: "Brier score",
    Metric.F1: "F1",
    Metric.EXPECTED_PROFIT: "expected profit a customer",
}


class Criterion(StrEnum):
    """What the gain over Production has to show. `gain` is positive where the candidate is better, for every metric."""

    BETTER = "better"  # the gain itself is above zero
    NON_INFERIOR = "non_inferior"  # its lower confidence bound is above minus the margin
    SUPERIOR = "superior"  # its lower confidence bound is above the minimum effect


class CostMatrix(Section):
    """Profit of each outcome, a customer, in any one currency. Zero is the customer whom nobody approached."""

    true_positive: float  # churner approached: what is kept on average, less the offer
    false_positive: float  # stayer approached: the offer, spent for nothing
    false_negative: float
    true_negative: float


class Bootstrap(Section):
    samples: Annotated[int, Field(ge=200, le=100_000)]  # fewer give no usable standard error
    seed: Annotated[int, Field(ge=0)]


class CalibrationLimits(Section):
    """Whether the candidate's probabilities can be taken at their word."""

    max_ece: Annotated[float, Field(gt=0, le=1)]
    min_slope: Positive  # 1 is ideal; below it the scores are too extreme
    max_slope: Positive  # above it they are too timid

    @model_validator(mode="after")
    def _ordered(self) -> "CalibrationLimits":
        if not self.min_slope < self.max_slope:
            raise ValueError(
                f"min_slope {self.min_slope} is not below max_slope {self.max_slope}: leave room between them"
            )
        return self


class SliceLimits(Section):
    """No slice with enough rows may lose more than the margin; Holm's correction for the number of slices."""

    columns: tuple[Name, ...]  # one slice a value
    bands: dict[Name, tuple[float, ...]]  # one slice a band: `tenure: [12, 24]` gives below 12, 12 to 24, 24 and above
    margin: NotNegative  # in units of the policy's metric
    min_rows: Count
    min_positives: Count

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Every column that slices are cut by."""
        return (*self.columns, *self.bands)

    @model_validator(mode="after")
    def _usable(self) -> "SliceLimits":
        if not self.all_columns:
            raise ValueError("columns and bands are empty: name a column to slice by, or set slices to null")
        if len(set(self.all_columns)) < len(self.all_columns):
            raise ValueError(f"a column is named twice in columns and bands: {', '.join(self.all_columns)}")
        for column, edges in self.bands.items():
            if not edges or list(edges) != sorted(set(edges)):
                raise ValueError(f"bands.{column} is {list(edges)}: give at least one edge, in rising order")
        return self


class DriftLimits(Section):
    """How far the candidate's scores may lie from Production's before a person has to look."""

    max_psi: Positive  # population stability index
    bins: Annotated[int, Field(ge=2, le=100)]


class ScoringTimeLimits(Section):
    """How much slower than Production the candidate may score before a person has to look."""

    max_ratio: Positive
    ignore_below_seconds: NotNegative  # of the candidate: so short a time measures the machine, not the model


class Guardrails(Section):
    """Limits beside the criteria. `null` switches one off."""

    floor: float | None  # the worst value of the metric that is still good enough; for a loss, the highest
    calibration: CalibrationLimits | None
    slices: SliceLimits | None
    drift: DriftLimits | None
    scoring_time: ScoringTimeLimits | None


class Policy(Section):
    """What a candidate must show to go to Production."""

    metric: Metric
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]  # all of them must hold
    margin: NotNegative  # for `non_inferior`, in units of the metric
    min_effect: NotNegative  # for `superior`, in units of the metric
    confidence: Annotated[float, Field(gt=0.5, lt=1)]  # of the two-sided interval whose lower bound is judged
    min_rows: Count  # in the reference table
    min_positives: Annotated[int, Field(ge=2)]  # customers in it who churned; a variance needs two
    min_negatives: Annotated[int, Field(ge=2)]  # customers in it who stayed
    cost_matrix: CostMatrix
    bootstrap: Bootstrap
    guardrails: Guardrails

    @property
    def direction(self) -> Direction:
        """Which way the metric improves; it follows from the metric and cannot be set."""
        return self.metric.direction

    @model_validator(mode="after")
    def _criteria_once(self) -> "Policy":
        if len(set(self.criteria)) < len(self.criteria):
            raise ValueError(f"criteria names one twice: {', '.join(self.criteria)}")
        return self

    @model_validator(mode="after")
    def _limits_fit_the_metric(self) -> "Policy":
        slices = self.guardrails.slices
        limits = {
            "margin": self.margin,
            "min_effect": self.min_effect,
            "guardrails.slices.margin": slices.margin if slices else 0.0,
            "guardrails.floor": self.guardrails.floor or 0.0,
        }
        for name, limit in limits.items():
            if self.metric.is_bounded and not 0 <= limit < 1:
                raise ValueError(
                    f"{name} is {limit}, but {self.metric} lies between 0 and 1: give a value in its units"
                )
        return self
