"""What a training run leaves in MLflow beside its metrics: parameters, files, and how the model is stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml
from mlflow.models import infer_signature

from churn.training.pipeline import TRUSTED_TYPES, pip_requirements
from churn.training.plots import draw_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sklearn.pipeline import Pipeline

    from churn.config.settings import Settings
    from churn.training.evaluation import Scored

ROWS_IN_EXAMPLE = 5


def parameters(settings: "Settings") -> dict[str, Any]:
    """What a person compares runs by, and the gate needs to know. All of the configuration is among the files."""
    return {
        **settings.train.model.model_dump(),
        "test_size": settings.train.test_size,
        "split_random_state": settings.train.random_state,
        "reference_share": settings.features.reference_share,
        "reference_salt": settings.features.reference_salt,
    }


def write_files(
    settings: "Settings", model: "Pipeline", scored: "Scored", metrics: "Mapping[str, float]", directory: Path
) -> None:
    """Write `config.yml` and a directory `plots`."""
    (directory / "plots").mkdir()
    importances = pd.Series(model["forest"].feature_importances_, index=model["preparation"].get_feature_names_out())
    draw_all(scored, importances, metrics, directory / "plots")
    config = yaml.safe_dump(settings.as_dict(), sort_keys=False)
    (directory / "config.yml").write_text(config, encoding="utf-8")


def how_to_store(model: "Pipeline", features: pd.DataFrame) -> dict[str, Any]:
    """Arguments for `log_model`: signature, example, and what MLflow may trust and has to install."""
    example = features.head(ROWS_IN_EXAMPLE)
    return {
        "signature": infer_signature(example, model.predict_proba(example)),
        "input_example": example,
        "pyfunc_predict_fn": "predict_proba",  # the gate and the predictions want probabilities, never labels
        "skops_trusted_types": list(TRUSTED_TYPES),
        "pip_requirements": pip_requirements(),
    }
