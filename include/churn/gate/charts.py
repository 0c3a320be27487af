"""Charts as plain shapes in pixels, which the report's template draws as SVG."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from churn.gate.evidence import Calibration, Curves, Point

WIDTH, HEIGHT = 400, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 44

Coordinates = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Scale:
    """From values to pixels along one axis."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 2)

    def ticks(self, count: int, decimals: int) -> list[tuple[float, str]]:
        """Evenly spaced pixels with their labels."""
        values = (self.low + (self.high - self.low) * number / (count - 1) for number in range(count))
        return [(self(value), f"{value:.{decimals}f}") for value in values]


@dataclass(frozen=True)
class Line:
    css: str
    path: str  # of an SVG path element
    name: str


@dataclass(frozen=True)
class Dot:
    css: str
    x: float
    y: float
    tip: str


@dataclass
class Chart:
    """Axes and what is drawn in them."""

    title: str
    x_label: str
    y_label: str
    x: Scale
    y: Scale
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    lines: list[Line] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)

    def add_line(self, css: str, points: Coordinates, name: str) -> None:
        """Draw a polyline through points in values."""
        steps = " L".join(f"{self.x(x)},{self.y(y)}" for x, y in points)
        self.lines.append(Line(css, f"M{steps}", name))

    def add_dot(self, css: str, x: float, y: float, tip: str) -> None:
        """Draw a dot that says what it is when pointed at."""
        self.dots.append(Dot(css, self.x(x), self.y(y), tip))


def roc(curves: Iterable[tuple[str, str, Curves]]) -> Chart:
    """ROC curves; each comes as CSS class, name and curves."""
    chart = _rates("ROC", "share of stayers approached", "share of churners found")
    chart.add_line("guide", [(0, 0), (1, 1)], "chance")
    for css, name, found in curves:
        chart.add_line(css, [(0, 0), *_coordinates(found.roc), (1, 1)], name)
    return chart


def precision_recall(curves: Iterable[tuple[str, str, Curves]], churned: float) -> Chart:
    """Precision-recall curves over the share of customers who churned."""
    chart = _rates("Precision and recall", "recall: share of churners found", "precision: churners among approached")
    chart.add_line("guide", [(0, churned), (1, churned)], "chance")
    for css, name, found in curves:
        chart.add_line(css, _coordinates(found.precision_recall), name)
    return chart


def reliability(calibrations: Iterable[tuple[str, str, Calibration]]) -> Chart:
    """What happened against what was said, by deciles of the score."""
    chart = _rates("Calibration", "mean score in a tenth of the customers", "share of them who churned")
    chart.add_line("guide", [(0, 0), (1, 1)], "ideal")
    for css, name, found in calibrations:
        chart.add_line(css, [(bin_.mean_score, bin_.churned) for bin_ in found.bins], name)
        for bin_ in found.bins:
            tip = f"{name}: said {bin_.mean_score:.3f}, happened {bin_.churned:.3f}, {bin_.rows:,} customers"
            chart.add_dot(css, bin_.mean_score, bin_.churned, tip)
    return chart


def distributions(titled: Iterable[tuple[str, Curves]]) -> Iterator[Chart]:
    """How the scores of churners and of stayers are spread, each as a share of its own class; on one scale."""
    spreads = [(title, _shares(found.histogram_stayed), _shares(found.histogram_churned)) for title, found in titled]
    top = max(share for _, *classes in spreads for shares in classes for share in shares)
    for title, stayed, churned in spreads:
        chart = _rates(title, "score", "share of the class")
        chart.y = Scale(0, top, HEIGHT - BOTTOM, TOP)
        chart.y_ticks = chart.y.ticks(5, 2)
        chart.add_line("stayed", _steps(stayed), "stayed")
        chart.add_line("churned", _steps(churned), "churned")
        yield chart


def _rates(title: str, x_label: str, y_label: str) -> Chart:
    x, y = Scale(0, 1, LEFT, WIDTH - RIGHT), Scale(0, 1, HEIGHT - BOTTOM, TOP)
    return Chart(title, x_label, y_label, x, y, x.ticks(6, 1), y.ticks(6, 1))


def _coordinates(points: Iterable[Point]) -> list[tuple[float, float]]:
    return [(point.x, point.y) for point in points]


def _shares(counts: Sequence[int]) -> list[float]:
    return [count / max(1, sum(counts)) for count in counts]


def _steps(shares: Sequence[float]) -> list[tuple[float, float]]:
    width = 1 / len(shares)
    corners = [(0.0, 0.0)]
    for number, share in enumerate(shares):
        corners += [(number * width, share), ((number + 1) * width, share)]
    return [*corners, (1.0, 0.0)]
