"""The scikit-learn pipeline: median imputation, one-hot encoding, random forest."""

from importlib.metadata import version
from typing import TYPE_CHECKING

from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

if TYPE_CHECKING:
    from churn.config.settings import ModelParameters

# The types outside of scikit-learn's plain estimators that this pipeline is stored with. Reviewed: none of them runs
# code when it is loaded. MLflow refuses to load a model with any other.
TRUSTED_TYPES = ("numpy.dtype", "sklearn.compose._column_transformer.make_column_selector", "sklearn.tree._tree.Tree")


def build_pipeline(parameters: "ModelParameters") -> Pipeline:
    """An unfitted pipeline that takes a frame of features and gives the probabilities of staying and of leaving.

    Numbers are imputed by the median; everything else is text and becomes one column for each value seen in training,
    so that a value seen later for the first time is none of them.
    """
    preparation = ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median"), make_column_selector(dtype_include="number")),
            ("texts", OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
        ],
        verbose_feature_names_out=False,
    )
    return Pipeline([("preparation", preparation), ("forest", RandomForestClassifier(**parameters.model_dump()))])


def pip_requirements() -> list[str]:
    """What a registered pipeline needs, at the versions it was fitted with.

    MLflow could find out by loading the model in a fresh process, which takes longer than all of the training.
    """
    return [f"{package}=={version(package)}" for package in ("mlflow", "numpy", "pandas", "scikit-learn", "skops")]
