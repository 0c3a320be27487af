"""Steps of the lifecycle that more than one DAG takes."""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import BaseOperator

from churn.config import Settings
from churn.gate.acts import ActKind
from churn.stages import Stage
from churn_airflow.act_operator import ActOperator
from churn_airflow.approval import RESPONDED_BY, ApprovalRouteOperator, ApproveRunOperator
from churn_airflow.assets import assets
from churn_airflow.environment import registry_args
from churn_airflow.provenance import RegisteredVersionOperator

EITHER_WAY = "none_failed_min_one_success"  # for a task that several branches lead to
REGISTERED = "registered_version"
REGISTERED_VERSION = f"{{{{ ti.xcom_pull(task_ids='{REGISTERED}') }}}}"
APPROVE = "approve"
LEAVE = "leave_unstaged"


def pulled(task_id: str, key: str) -> str:
    """The template of what a task has pushed; empty where it did not run."""
    return f"{{{{ ti.xcom_pull(task_ids='{task_id}', key='{key}') or '' }}}}"


def question(
    settings: Settings, task_id: str, *, subject: str, body: str, shown_by: str, approved: str, rejected: str
) -> ApproveRunOperator:
    """A person's approval, with the numbers of the MLflow run that the task `shown_by` has pushed."""
    return ApproveRunOperator(
        task_id=task_id,
        subject=subject,
        body=body,
        mlflow_run_id=pulled(shown_by, "mlflow_run_id"),
        approved=approved,
        rejected=rejected,
        response_timeout=timedelta(seconds=settings.airflow.approval_timeout_seconds),
        **registry_args(settings),
    )


def act_on(
    settings: Settings, task_id: str, act: ActKind, *, version: str, asked_by: str, **arguments: Any
) -> ActOperator:
    """The task that does an act to a version and records it; says that Production changed where it did.

    Args:
        settings: of the environment that the DAG belongs to.
        task_id: the task's id.
        act: what to do.
        version: the version, or a template that gives it.
        asked_by: the task that asks a person; where it did not run, the policy has approved.
        arguments: of `ActOperator`.
    """
    return ActOperator(
        task_id=task_id,
        act=act,
        model_name=settings.registry.model_name,
        version=version,
        experiment_name=settings.tracking.deploy_experiment,
        approved_by=pulled(asked_by, RESPONDED_BY),
        outlets=[assets(settings).production] if act.changes_production else [],
        trigger_rule=EITHER_WAY,
        **registry_args(settings),
        **arguments,
    )


def approved_move(settings: Settings, move: BaseOperator, *, to_stage: Stage, target: str) -> RegisteredVersionOperator:
    """From the version that this DAG run registered to the stage that it is meant for, with a person's approval or not.

    `registered_version` → `approval` → `approve` → the move, or straight to it, or to `leave_unstaged`.

    Args:
        settings: of the environment that the DAG belongs to.
        move: the task that moves `REGISTERED_VERSION`.
        to_stage: the stage it moves to.
        target: that stage, or a template that gives it or `None`: then the version stays where it is.

    Returns:
        The first of the tasks, to be put behind the training.
    """
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
        ask=APPROVE,
        move=move.task_id,
        leave=LEAVE,
    )
    approve = question(
        settings,
        APPROVE,
        subject=f"Move a new version of {settings.registry.model_name} to {to_stage}?",
        body=f"Version {REGISTERED_VERSION}, trained by this DAG run. Reject leaves it in no stage.",
        shown_by=REGISTERED,
        approved=move.task_id,
        rejected=LEAVE,
    )
    leave = EmptyOperator(task_id=LEAVE, trigger_rule=EITHER_WAY)

    registered >> route
    route >> approve
    route >> move
    route >> leave
    approve >> move
    approve >> leave
    return registered
