"""The record of an act: one MLflow run in the deployment experiment, written once."""

from dataclasses import dataclass

from churn.gate import tags
from churn.gate.acts import ActKind
from churn_airflow.succession import Actor
from churn_airflow.tracking_hook import TrackingHook

POLICY = "policy"  # approved an act that no person was asked about


@dataclass(frozen=True)
class ActRecord:
    """What is remembered of an act.

    Attributes:
        act: what was done.
        model_name: the registered model.
        version: the version that it was done to.
        replaced: the version that was in Production before, empty when there was none.
        number: of the change; None for a refusal, which changes nothing.
        comparison_run_id: the MLflow run that the decision was made from, empty when there was none.
        approved_by: the person who answered, or `policy`.
        reason: why, in a sentence.
        actor: who did it.
    """

    act: ActKind
    model_name: str
    version: str
    replaced: str
    number: int | None
    comparison_run_id: str
    approved_by: str
    reason: str
    actor: Actor

    def identity(self) -> dict[str, str]:
        """Tags that no other act has."""
        identity = {
            tags.RECORD: tags.ACT,
            tags.ACT_KIND: self.act.value,
            tags.MODEL_NAME: self.model_name,
            tags.VERSION: self.version,
            tags.CHANGE: "" if self.number is None else str(self.number),
            tags.COMPARISON_RUN: self.comparison_run_id,
            tags.DAG_ID: self.actor.dag_id,
            tags.DAG_RUN_ID: self.actor.dag_run_id,
        }
        return {key: value for key, value in identity.items() if value}

    def as_tags(self) -> dict[str, str]:
        """All of it."""
        return {
            tags.COMPARISON_RUN: self.comparison_run_id,
            **self.identity(),
            tags.REPLACED_VERSION: self.replaced,
            tags.APPROVED_BY: self.approved_by,
            tags.REASON: self.reason,
        }


def write_act(hook: TrackingHook, experiment_name: str, record: ActRecord) -> str:
    """Write an act, or finish what a killed try has begun to write; returns the MLflow run's id."""
    found = hook.find_mlflow_run(experiment_name, record.identity(), finished=False)
    name = f"{record.act.lower()} version {record.version}"
    run_id = found.run_id if found else hook.start_run(experiment_name, name, record.as_tags())
    hook.finish_run(run_id)
    return run_id
