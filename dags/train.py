"""Train a candidate and put it into Staging.

`model_train` → `registered_version` → `approval` → `move_to_staging`

**When to run it.** After a change of code or configuration, or to try other parameters: the form's fields override the
configuration for this run only.

**Schedule.** None, unless `airflow.train_schedule` of the environment says one.

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

import pendulum
from airflow.sdk import DAG, Param

from churn.job_names import JobName
from churn.stages import Stage
from churn_airflow.assets import assets
from churn_airflow.environment import TAG, default_args, environment_settings, registry_args
from churn_airflow.forms import TRAINING_SETTINGS, approval_form, training_form
from churn_airflow.jobs import job_task
from churn_airflow.steps import EITHER_WAY, REGISTERED_VERSION, approved_move
from churn_airflow.transition import TransitionModelVersionOperator

settings = environment_settings()

with DAG(
    dag_id="train",
    description="A new model version, registered and put into Staging",
    doc_md=__doc__,
    schedule=settings.airflow.train_schedule,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
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
    move_to_staging = TransitionModelVersionOperator(
        task_id="move_to_staging",
        model_name=settings.registry.model_name,
        version=REGISTERED_VERSION,
        to_stage=Stage.STAGING,
        from_stage=Stage.NONE,
        outlets=[assets(settings).candidate],
        trigger_rule=EITHER_WAY,
        **registry_args(settings),
    )
    move = approved_move(settings, move_to_staging, to_stage=Stage.STAGING, target="{{ params.target_stage }}")

    model_train >> move
