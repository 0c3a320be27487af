"""Score all customers with the Production model.

`model_inference_batch`

**What happens.** The job loads the version that is in Production, looks the customers' features up by key, and writes
key, probability, label, model name and version, run id and time to the predictions table.

**Mode.** `overwrite` replaces the table. `append` adds to it; a run that is repeated replaces its own rows and doubles
none.

**Schedule.** As `airflow.inference_schedule` of the environment says, and, with `airflow.inference_on_change`, whenever
`deploy_gate`, `rollback` or `initial_train_register` has brought another version to Production; neither locally. Missed
runs are not caught up: the next one scores all customers anyway.

**When the task fails.** Its log ends with the reason and the remedy. The usual one is that nothing is in Production:
run `initial_train_register`, or `deploy_gate`, and clear the task.
"""

import pendulum
from airflow.sdk import DAG, Param

from churn.job_names import JobName
from churn_airflow.assets import assets, inference_schedule
from churn_airflow.environment import TAG, default_args, environment_settings
from churn_airflow.jobs import from_param, job_task

settings = environment_settings()

with DAG(
    dag_id="batch_inference",
    description="Predictions for every customer, by the Production model",
    doc_md=__doc__,
    schedule=inference_schedule(settings),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,  # two runs would write the same table
    default_args=default_args(settings),
    tags=[TAG, settings.environment],
    params={
        "input_table": Param(
            settings.inference.input_table,
            type="string",
            minLength=1,
            title="Customers",
            description="Full name of a table with the customers' keys; its other columns are ignored.",
        ),
        "mode": Param(
            settings.inference.mode,
            type="string",
            enum=["overwrite", "append"],
            title="Mode",
            description="Replace the predictions table, or add to it.",
        ),
    },
) as dag:
    job_task(
        JobName.MODEL_INFERENCE_BATCH,
        settings,
        {"inference.input_table": from_param("input_table"), "inference.mode": from_param("mode")},
        outlets=[assets(settings).predictions],
    )
