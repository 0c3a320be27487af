"""Start the lifecycle: from raw rows to version 1 in Production.

`demo_setup` → `ingest` → `feature_table_creation` → `model_train` → `registered_version` → `approval` → `promote`

Where `airflow.initial_run` is `together`, the first four are one task, `initial_jobs`: one run in the workspace.

**When to run it.** Once, to start. Again, to start over: it deletes the registered model, both experiments and the
feature, label and reference tables of this environment, and replaces the raw rows. Predictions stay.

**Starting over with a version in Production.** `demo_setup` refuses until the run names the model: trigger the DAG
with *Model to delete* set to the registered model's full name.

**Approval.** With `approval: ask` the task `approve` waits under *Required Actions*: *Approve* moves the new version
to Production, *Reject* leaves it registered and in no stage (`leave_unstaged`). With `approval: auto` it is moved at
once.

**When a task fails.** Its log ends with the reason and the remedy, and links to the run in the workspace.

| task | usual reason | what to do |
| --- | --- | --- |
| `demo_setup` | a version is in Production | name the model, see above |
| `initial_jobs` | one of the four jobs has failed | the message says which; clear the task, all four run again |
| `ingest` | the data does not fit the schema | the message names file and row; correct the file, clear the task |
| `promote` | something else moved in the registry meanwhile | look at the versions, clear `registered_version` |

Clearing a task runs it and what follows it again; nothing is registered twice unless `model_train` runs again.
"""

from airflow.sdk import DAG, Param, chain

from churn.gate.acts import ActKind
from churn.job_names import JobName
from churn.stages import Stage
from churn_airflow.assets import assets
from churn_airflow.environment import TAG, default_args, environment_settings
from churn_airflow.expectation import NO_VERSION
from churn_airflow.forms import TRAINING_SETTINGS, approval_form, training_form
from churn_airflow.jobs import from_param, initial_jobs
from churn_airflow.steps import APPROVE, REGISTERED_VERSION, act_on, approved_move

settings = environment_settings()

with DAG(
    dag_id="initial_train_register",
    description="Raw rows to features to a first model version in Production",
    doc_md=__doc__,
    schedule=None,
    max_active_runs=1,
    default_args=default_args(settings),
    tags=[TAG, settings.environment],
    params={
        "source": Param(
            settings.ingest.source,
            type="string",
            minLength=1,
            title="Raw customers",
            description="`generator`, a path, a `/Volumes/...` path or a URL of a CSV file.",
        ),
        "confirm_delete_model": Param(
            "",
            type="string",
            title="Model to delete",
            description="Only to start over while a version is in Production: the registered model's full name.",
        ),
        **training_form(settings),
        **approval_form(settings),
    },
) as dag:
    jobs = initial_jobs(
        settings,
        {
            JobName.DEMO_SETUP: {
                "confirm-delete-model": "{{ params.confirm_delete_model }}",
                "ingest.source": from_param("source"),  # what ingest would refuse is no reason to delete anything
            },
            JobName.INGEST: {"ingest.source": from_param("source")},
            JobName.FEATURE_TABLE_CREATION: {},
            JobName.MODEL_TRAIN: TRAINING_SETTINGS,
        },
        outlets={JobName.FEATURE_TABLE_CREATION: [assets(settings).features]},
    )
    promote = act_on(
        settings,
        "promote",
        ActKind.PROMOTED,
        version=REGISTERED_VERSION,
        asked_by=APPROVE,
        from_stage=Stage.NONE,
        expected_production=NO_VERSION,
        reason="The first version of a lifecycle that was started.",
    )
    move = approved_move(settings, promote, to_stage=Stage.PRODUCTION, target=Stage.PRODUCTION)

    chain(*jobs, move)
