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

    @classmethod
    def listed(cls) -> str:
        """All names in one line, for messages."""
        return ", ".join(cls)
