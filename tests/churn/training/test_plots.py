"""The pictures of a training run."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.image import imread

from churn.training.evaluation import Scored
from churn.training.plots import draw_all

METRICS = {"test_roc_auc": 0.5, "test_average_precision": 0.5, "test_brier": 0.25}
PICTURES = {"roc", "precision_recall", "calibration", "confusion_matrix", "feature_importance"}


def test_every_picture_shows_something(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    scored = Scored(pd.Series(random.integers(0, 2, 300)), random.random(300), 0.5)

    draw_all(scored, pd.Series(random.random(40), index=[f"f{n}" for n in range(40)]), METRICS, tmp_path)

    assert {path.stem for path in tmp_path.iterdir()} == PICTURES
    for path in tmp_path.iterdir():
        assert imread(path).std() > 0.05


def test_a_test_side_whose_customers_all_stay_below_the_threshold_can_be_drawn(tmp_path: Path) -> None:
    scored = Scored(pd.Series([0, 0, 1, 1]), np.array([0.1, 0.1, 0.1, 0.2]), 0.9)

    draw_all(scored, pd.Series([1.0], index=["only"]), METRICS, tmp_path)

    assert {path.stem for path in tmp_path.iterdir()} == PICTURES
