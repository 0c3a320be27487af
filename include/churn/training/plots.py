"""The pictures that go with a training run. Figures are made without pyplot, which keeps state for all of a process."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

from churn.training.evaluation import Scored

SIZE_INCHES = (6.4, 4.8)
# Left, bottom, width and height as shares of the figure: measuring the texts instead takes as long as drawing them.
AREA = (0.13, 0.12, 0.83, 0.80)
AREA_BESIDE_NAMES = (0.42, 0.12, 0.54, 0.80)
FEATURES_SHOWN = 20
CALIBRATION_BINS = 10


def draw_all(scored: Scored, importances: "pd.Series[float]", metrics: Mapping[str, float], directory: Path) -> None:
    """Write one PNG for each picture.

    Args:
        scored: test rows.
        importances: of the model's inputs, by name.
        metrics: for the titles.
        directory: an existing one.
    """
    pictures: dict[str, Callable[[Axes], None]] = {
        "roc": lambda axes: _roc(axes, scored, metrics["test_roc_auc"]),
        "precision_recall": lambda axes: _precision_recall(axes, scored, metrics["test_average_precision"]),
        "calibration": lambda axes: _calibration(axes, scored, metrics["test_brier"]),
        "confusion_matrix": lambda axes: _confusion(axes, scored),
        "feature_importance": lambda axes: _importance(axes, importances),
    }
    for name, draw in pictures.items():
        figure = Figure(figsize=SIZE_INCHES)
        draw(figure.add_axes(AREA_BESIDE_NAMES if name == "feature_importance" else AREA))
        figure.savefig(directory / f"{name}.png")


def _roc(axes: Axes, scored: Scored, area: float) -> None:
    false_positives, true_positives, _ = roc_curve(scored.labels, scored.probabilities)
    axes.plot(false_positives, true_positives)
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="false positive rate", ylabel="true positive rate", title=f"ROC, area {area:.4f}")


def _precision_recall(axes: Axes, scored: Scored, average: float) -> None:
    precision, recall, _ = precision_recall_curve(scored.labels, scored.probabilities)
    axes.plot(recall, precision)
    axes.axhline(float(np.mean(scored.labels)), linestyle=":", color="grey")
    axes.set(xlabel="recall", ylabel="precision", title=f"Precision and recall, average {average:.4f}")


def _calibration(axes: Axes, scored: Scored, brier: float) -> None:
    observed, predicted = calibration_curve(
        scored.labels, scored.probabilities, n_bins=CALIBRATION_BINS, strategy="quantile"
    )
    axes.plot(predicted, observed, marker="o")
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="mean probability", ylabel="share that left", title=f"Calibration, Brier score {brier:.4f}")


def _confusion(axes: Axes, scored: Scored) -> None:
    counts = confusion_matrix(scored.labels, scored.probabilities >= scored.threshold, labels=[0, 1])
    axes.imshow(counts, cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if count > counts.max() / 2 else "black"
        axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour)
    axes.set(
        xticks=[0, 1],
        yticks=[0, 1],
        xticklabels=["stays", "leaves"],
        yticklabels=["stayed", "left"],
        xlabel="predicted",
        ylabel="observed",
        title=f"Customers at threshold {scored.threshold:g}",
    )


def _importance(axes: Axes, importances: "pd.Series[float]") -> None:
    shown = importances.sort_values().tail(FEATURES_SHOWN)
    axes.barh(shown.index, shown.to_numpy())
    axes.tick_params(axis="y", labelsize="x-small")
    axes.set(xlabel="mean decrease in impurity", title="Feature importance")
