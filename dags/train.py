"""Train a candidate and put it into Staging.

`model_train` → `registered_version` → `approval` → `move_to_staging`

**When to run it.** After a change of code or configuration, or to try other parameters: the form's fields override the
configuration for this run only.

**Which version it moves.** The one that this very DAG run registered, found by the run's tags; never just the newest.

**Target stage and approval.** *Target stage* `None` registers the version and leaves it (`leave_unstaged`). With
`approval: ask` the task `approve` waits under *Required Actions*: *Approve* moves the version to Staging, *Reject*
leaves it in no stage. With `approval: auto` it is moved at once. `deploy_gate` picks up what is in Staging.

**When a task fails.** Its log ends with the reason and the remedy, and links to the run in the workspace.

| task | usual reason | what to do |
| --- | --- | --- |
| `model_train` | there are no feature tables yet | run `initial_train_register` first |
| `registered_version` | training ended without a version | clear `model_train` |
| `move_to_staging` | the version was moved by hand meanwhile | nothing, or move it back and clear the task |
"""

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param

from churn.job_names import JobName
from churn.stages import Stage
from churn_airflow.approval import ApprovalRouteOperator, ApproveRunOperator
from churn_airflow.environment import TAG, default_args, environment_settings, registry_args
from churn_airflow.forms import TRAINING_SETTINGS, approval_form, training_form
from churn_airflow.jobs import job_task
from churn_airflow.provenance import RegisteredVersionOperator
from churn_airflow.transition import TransitionModelVersionOperator

settings = environment_settings()
registry = registry_args(settings)

with DAG(
    dag_id="train",
    description="A new model version, registered and put into Staging",
    doc_md=__doc__,
    schedule=None,
    default_args=default_args(settings),
    tags=[TAG, settings.environment],
    params={
        **training_form(settings),
        "target_stage": Param(
            Stage.STAGING.value,
            type="string",
            enum=[Stage.STAGING.value, Stage.NONE.value],
            title="Target stage",
            description="Where the new version goes; `None` registers it only.",
        ),
        **approval_form(settings),
    },
) as dag:
    model_train = job_task(JobName.MODEL_TRAIN, settings, TRAINING_SETTINGS)
    registered_version = RegisteredVersionOperator(
        task_id="registered_version",
        model_name=settings.registry.model_name,
        experiment_name=settings.tracking.train_experiment,
        **registry,
    )
    approval = ApprovalRouteOperator(
        task_id="approval",
        approval="{{ params.approval }}",
        target="{{ params.target_stage }}",
        ask="approve",
        move="move_to_staging",
        leave="leave_unstaged",
    )
    approve = ApproveRunOperator(
        task_id="approve",
        subject=f"Move a new version of {settings.registry.model_name} to Staging?",
        body="Version {{ ti.xcom_pull(task_ids='registered_version') }}, trained by this DAG run.",
        mlflow_run_id="{{ ti.xcom_pull(task_ids='registered_version', key='mlflow_run_id') }}",
        approved="move_to_staging",
        rejected="leave_unstaged",
        response_timeout=timedelta(seconds=settings.airflow.approval_timeout_seconds),
        **registry,
    )
    move_to_staging = TransitionModelVersionOperator(
        task_id="move_to_staging",
        model_name=settings.registry.model_name,
        version="{{ ti.xcom_pull(task_ids='registered_version') }}",
        to_stage=Stage.STAGING,
        from_stage=Stage.NONE,
        trigger_rule="none_failed_min_one_success",
        **registry,
    )
    leave_unstaged = EmptyOperator(task_id="leave_unstaged", trigger_rule="none_failed_min_one_success")

    model_train >> registered_version >> approval
    approval >> approve
    approval >> move_to_staging
    approval >> leave_unstaged
    approve >> move_to_staging
    approve >> leave_unstaged
