"""What a comparison saw: a plain record, written once as JSON and read back for audit and replay."""

from enum import StrEnum
from statistics import NormalDist
from typing import Annotated

from pydantic import Field

from churn.gate.policy import Bootstrap, CostMatrix, Metric
from churn.section import Section

Rows = Annotated[int, Field(ge=0)]
Probability = Annotated[float, Field(ge=0, le=1)]
Version = Annotated[str, Field(pattern=r"^[0-9]+$")]


class Role(StrEnum):
    """Which of the two versions something was seen at."""

    CANDIDATE = "candidate"
    PRODUCTION = "production"


class ProblemCode(StrEnum):
    """What kept a comparison, or a part of it, from being measured."""

    MISSING_TABLE = "missing_table"  # the feature or the reference table
    MODEL_NOT_LOADABLE = "model_not_loadable"
    NO_PROBABILITIES = "no_probabilities"  # the flavour gives labels only
    SCORES_NOT_FINITE = "scores_not_finite"
    SCORES_OUT_OF_RANGE = "scores_out_of_range"
    LABELS_NOT_BINARY = "labels_not_binary"
    ONE_CLASS = "one_class"
    ROWS_DIFFER = "rows_differ"  # a version did not score the reference rows, each once, in their order
    TRAINED_ON_REFERENCE = "trained_on_reference"


class Problem(Section):
    """One thing that went wrong, where, and in words."""

    code: ProblemCode
    role: Role | None = None  # None: not about one version
    sentence: str


class RegistryState(Section):
    """What the registry showed at one moment."""

    candidate_version: Version | None  # the version that is to be decided on
    staging_versions: tuple[Version, ...]
    production_versions: tuple[Version, ...]

    @property
    def production_version(self) -> str | None:
        """The version in Production, if there is exactly one."""
        return self.production_versions[0] if len(self.production_versions) == 1 else None

    @property
    def is_decidable(self) -> bool:
        """Whether it is clear which versions to compare; where it is not, the decision says why."""
        return (
            len(self.staging_versions) == 1
            and len(self.production_versions) <= 1
            and self.candidate_version not in self.production_versions
        )


class Reference(Section):
    """The rows that both versions scored."""

    table: str
    delta_version: Annotated[int, Field(ge=0)]
    rows: Rows
    positives: Rows
    salt: str  # that the customers were drawn with
    earlier_decisions: Rows  # that customers of this draw have served: a holdout used often grows optimistic
    read_with: dict[str, Rows]  # the tables that features and slices came from, to their Delta versions

    @property
    def negatives(self) -> int:
        """Customers who stayed."""
        return self.rows - self.positives


class CalibrationBin(Section):
    """One of the equally filled groups of rows, by rising score."""

    rows: Rows
    mean_score: Probability
    churned: Probability


class Calibration(Section):
    """How well probabilities match what happened."""

    ece: Annotated[float, Field(ge=0, le=1)]
    slope: float | None  # None where the scores are constant
    bins: tuple[CalibrationBin, ...]


class Point(Section):
    """A point of a curve; both coordinates are rates."""

    x: Probability
    y: Probability


class Curves(Section):
    """What the report draws, thinned to a few hundred points."""

    roc: tuple[Point, ...]  # false positive rate, true positive rate
    precision_recall: tuple[Point, ...]  # recall, precision
    histogram_stayed: tuple[Rows, ...]  # rows in equally wide bins of the score from 0 to 1
    histogram_churned: tuple[Rows, ...]


class VersionEvidence(Section):
    """What was measured of one version."""

    version: Version
    scoring_seconds: Annotated[float, Field(ge=0)]
    metrics: dict[Metric, float]
    calibration: Calibration
    curves: Curves


class Method(StrEnum):
    """How a standard error was found."""

    DELONG = "delong"
    BOOTSTRAP = "bootstrap"


def normal_interval(middle: float, standard_error: float, confidence: float) -> tuple[float, float]:
    """Two-sided confidence interval of a normally distributed estimate."""
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * standard_error
    return middle - reach, middle + reach


class Difference(Section):
    """A paired difference, turned so that a positive gain means that the candidate is better."""

    gain: float
    standard_error: Annotated[float, Field(ge=0)]
    method: Method

    def interval(self, confidence: float) -> tuple[float, float]:
        """Two-sided confidence interval of the gain, by the normal approximation.

        The gain is a smooth function of means over hundreds of rows (the policy's minimum), so that its distribution
        is close to normal; keeping the standard error, not bounds, lets a replay ask for another confidence.
        """
        return normal_interval(self.gain, self.standard_error, confidence)

    def chance_of_gain_below(self, limit: float) -> float:
        """P value of the hypothesis that the true gain is at least `limit`: small where it is demonstrably below."""
        if self.standard_error == 0:
            return float(self.gain >= limit)
        return NormalDist(limit, self.standard_error).cdf(self.gain)


class BootstrapInterval(Section):
    """What the resamples say by themselves; beside the standard error as a check of the normal approximation."""

    standard_error: Annotated[float, Field(ge=0)]
    lower: float
    upper: float


class SliceEvidence(Section):
    """The two versions within one slice, by the policy's metric."""

    column: str
    value: str
    rows: Rows
    positives: Rows
    candidate: float
    production: float
    difference: Difference

    @property
    def name(self) -> str:
        """The slice in a sentence, such as `Contract = One year`."""
        return f"{self.column} = {self.value}"


class Drift(Section):
    """Prediction drift of the candidate against Production."""

    psi: Annotated[float, Field(ge=0)]
    bins: int


class Measurement(Section):
    """How the numbers were measured, as far as policy or settings chose it."""

    metric: Metric  # that the slices were measured by
    threshold: Probability
    cost_matrix: CostMatrix
    bootstrap: Bootstrap
    confidence: Probability  # of the bootstrap's percentiles


class Comparison(Section):
    """Candidate against Production, on the same rows."""

    differences: dict[Metric, Difference]
    bootstrap: dict[Metric, BootstrapInterval]  # percentiles at the confidence of the policy
    slices: tuple[SliceEvidence, ...]  # those with at least two rows of each class
    sliced_by: tuple[str, ...]  # columns that were there to slice by
    drift: Drift | None  # None where the policy did not ask for it
    scores_are_equal: bool  # row by row


class Evidence(Section):
    """All that a decision rests on."""

    model_name: str
    reference: Reference | None  # None where the table could not be read
    registry_before: RegistryState  # when the comparison started
    registry_after: RegistryState  # when it was done
    measurement: Measurement
    training_runs: dict[Role, str]  # that the versions came from, where the registry says so
    candidate: VersionEvidence | None = None
    production: VersionEvidence | None = None
    comparison: Comparison | None = None  # None where there is no Production, or a problem
    problems: tuple[Problem, ...] = ()
