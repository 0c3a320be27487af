"""Steps of the lifecycle that more than one DAG takes."""

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator

from churn.config import Settings
from churn.stages import Stage
from churn_airflow.approval import ApprovalRouteOperator, ApproveRunOperator
from churn_airflow.environment import registry_args
from churn_airflow.provenance import RegisteredVersionOperator
from churn_airflow.transition import TransitionModelVersionOperator

EITHER_WAY = "none_failed_min_one_success"  # for a task that several branches lead to
REGISTERED = "registered_version"
LEAVE = "leave_unstaged"


def question(
    settings: Settings, task_id: str, *, subject: str, body: str, shown_by: str, approved: str, rejected: str
) -> ApproveRunOperator:
    """A person's approval, with the numbers of the MLflow run that the task `shown_by` has pushed."""
    return ApproveRunOperator(
        task_id=task_id,
        subject=subject,
        body=body,
        mlflow_run_id=f"{{{{ ti.xcom_pull(task_ids='{shown_by}', key='mlflow_run_id') }}}}",
        approved=approved,
        rejected=rejected,
        response_timeout=timedelta(seconds=settings.airflow.approval_timeout_seconds),
        **registry_args(settings),
    )


def approved_move(
    settings: Settings, task_id: str, *, to_stage: Stage, target: str, expected_production: str | None = None
) -> RegisteredVersionOperator:
    """From the version that this DAG run registered to the stage that it is meant for, with a person's approval or not.

    `registered_version` → `approval` → `approve` → the move, or straight to it, or to `leave_unstaged`.

    Args:
        settings: of the environment that the DAG belongs to.
        task_id: the id of the task that moves the version.
        to_stage: the stage it moves to.
        target: that stage, or a template that gives it or `None`: then the version stays where it is.
        expected_production: the version that Production must still hold, empty when none; None when any will do.

    Returns:
        The first of the tasks, to be put behind the training.
    """
    version = f"{{{{ ti.xcom_pull(task_ids='{REGISTERED}') }}}}"
    registered = RegisteredVersionOperator(
        task_id=REGISTERED,
        model_name=settings.registry.model_name,
        experiment_name=settings.tracking.train_experiment,
        **registry_args(settings),
    )
    route = ApprovalRouteOperator(
        task_id="approval",
        approval="{{ params.approval }}",
        target=target,
        ask="approve",
        move=task_id,
        leave=LEAVE,
    )
    approve = question(
        settings,
        "approve",
        subject=f"Move a new version of {settings.registry.model_name} to {to_stage}?",
        body=f"Version {version}, trained by this DAG run. Reject leaves it in no stage.",
        shown_by=REGISTERED,
        approved=task_id,
        rejected=LEAVE,
    )
    move = TransitionModelVersionOperator(
        task_id=task_id,
        model_name=settings.registry.model_name,
        version=version,
        to_stage=to_stage,
        from_stage=Stage.NONE,
        expected_production=expected_production,
        trigger_rule=EITHER_WAY,
        **registry_args(settings),
    )
    leave = EmptyOperator(task_id=LEAVE, trigger_rule=EITHER_WAY)

    registered >> route
    route >> approve
    route >> move
    route >> leave
    approve >> move
    approve >> leave
    return registered
