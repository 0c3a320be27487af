"""The pipelines that the wheel holds. Apart from the jobs themselves, so that naming one imports nothing heavy."""

from enum import StrEnum


class JobName(StrEnum):
    """A sub-command of `churn`, in the order of the lifecycle."""

    DEMO_SETUP = "demo-setup"
    INGEST = "ingest"
    FEATURE_TABLE_CREATION = "feature-table-creation"
    MODEL_TRAIN = "model-train"
    MODEL_DEPLOYMENT = "model-deployment"
    MODEL_INFERENCE_BATCH = "model-inference-batch"

    @property
    def module(self) -> str:
        """The full name of the module that runs the job."""
        return f"churn.jobs.{self.value.replace('-', '_')}"

    @property
    def summary(self) -> str:
        """What the job does, in a line."""
        return _SUMMARIES[self]

    @classmethod
    def listed(cls) -> str:
        """All names in one line, for messages."""
        return ", ".join(cls)


_SUMMARIES = {
    JobName.DEMO_SETUP: "Delete model, experiments, feature, label and reference tables, each if it exists.",
    JobName.INGEST: "Read raw customers into the bronze table, broken rows into the rejects table.",
    JobName.FEATURE_TABLE_CREATION: "Make feature, label and reference tables from the bronze table.",
    JobName.MODEL_TRAIN: "Train a model on the features and register it as a new version.",
    JobName.MODEL_DEPLOYMENT: "Compare the versions in Staging and Production, and record the verdict.",
    JobName.MODEL_INFERENCE_BATCH: "Score customers with the Production model into the predictions table.",
}
