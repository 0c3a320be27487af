"""Fields of the trigger forms that several DAGs share. Defaults are those of the environment's settings."""

from airflow.sdk import Param

from churn.config import ApprovalMode, Settings
from churn_airflow.jobs import from_param

# Which settings the fields of `training_form` override.
TRAINING_SETTINGS = {
    "train.run_name": from_param("run_name"),
    "train.model.max_depth": from_param("max_depth"),
    "train.model.n_estimators": from_param("n_estimators"),
}


def training_form(settings: Settings) -> dict[str, Param]:
    """What a person may change about one training."""
    model = settings.train.model
    return {
        "run_name": Param(
            settings.train.run_name,
            type="string",
            minLength=1,
            maxLength=100,
            title="Run name",
            description="What MLflow calls the training run.",
        ),
        "max_depth": Param(
            model.max_depth,
            type=["integer", "null"],
            minimum=1,
            maximum=1000,
            title="Depth of the trees",
            description="Largest depth of a tree in the forest; empty for no limit.",
        ),
        "n_estimators": Param(
            model.n_estimators,
            type="integer",
            minimum=1,
            maximum=10_000,
            title="Number of trees",
            description="Trees in the forest.",
        ),
    }


def approval_form(settings: Settings) -> dict[str, Param]:
    """Whether a person is asked."""
    return {
        "approval": Param(
            settings.airflow.approval.value,
            type="string",
            enum=[mode.value for mode in ApprovalMode],
            title="Approval",
            description="`ask`: the run waits under Required Actions for a person. `auto`: it goes on by itself.",
        )
    }
