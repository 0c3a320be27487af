"""Decide whether the version in Staging goes to Production.

`wait_for_candidate` → `model_deployment` → `decide` → `promote`, `ask_a_person`, `archive` or `leave_in_staging`

**What happens.** The sensor waits for a version in Staging, without holding a worker. `model_deployment` scores it and
the Production version on the same reference rows and records the comparison in MLflow. `decide` reads the verdict from
that record.

| verdict | `approval: ask` | `approval: auto` |
| --- | --- | --- |
| PROMOTE | a person is asked | `promote` |
| HOLD | a person is asked | `leave_in_staging`: nothing is moved |
| ARCHIVE | `archive` | `archive` |

A candidate that left Staging before it could be compared ends the run with nothing moved.

**Asking.** The question waits under *Required Actions* with the verdict, its reasons and the numbers. *Approve*
promotes, *Reject* archives the candidate. An answer that does not come in time fails the task and moves nothing.

**Promoting** archives the old Production version. It is refused when the candidate has left Staging, when Production is
no longer the version that the candidate was compared with, or when another run is changing Production at that moment.
What was done, and what was refused, is recorded in the deployment experiment; `rollback` takes a promotion back.

**When a task fails.** Its log ends with the reason and the remedy.

| task | usual reason | what to do |
| --- | --- | --- |
| `wait_for_candidate` | nothing came to Staging in time | run `train`, clear the task |
| `model_deployment` | a version cannot be loaded, no reference table | the message names it; clear the task |
| `decide` | the comparison is missing or incomplete | clear `model_deployment` |
| `promote` | Staging or Production has moved, or another was first | clear `model_deployment`: it compares again |
| `archive` | the version has left Staging | nothing: somebody has moved it |
"""

from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

from churn.gate.acts import ActKind
from churn.gate.wording import describe_policy
from churn.job_names import JobName
from churn.stages import Stage
from churn_airflow.environment import TAG, default_args, environment_settings, registry_args
from churn_airflow.forms import approval_form
from churn_airflow.jobs import job_task
from churn_airflow.promotion import Branches, PromotionBranchOperator
from churn_airflow.sensors import ModelVersionSensor
from churn_airflow.steps import act_on, pulled, question

settings = environment_settings()
registry = registry_args(settings)
compared: dict[str, Any] = {
    "version": pulled("decide", "candidate_version"),
    "from_stage": Stage.STAGING,
    "comparison_run_id": pulled("decide", "mlflow_run_id"),
    "asked_by": "ask_a_person",
    "reason": f"The gate's verdict: {pulled('decide', 'verdict')}.",
}

with DAG(
    dag_id="deploy_gate",
    description="Staging against Production on the same rows: promote, ask, or archive",
    doc_md="\n".join(
        [__doc__, "**The policy**", "", *(f"- {sentence}" for sentence in describe_policy(settings.gate))]
    ),
    schedule=None,
    max_active_runs=128,  # waiting runs cost nothing: they hold no worker
    default_args=default_args(settings),
    tags=[TAG, settings.environment],
    params=approval_form(settings),
) as dag:
    wait_for_candidate = ModelVersionSensor(
        task_id="wait_for_candidate",
        model_name=settings.registry.model_name,
        stage=Stage.STAGING,
        poke_interval=settings.airflow.sensor_poke_seconds,
        timeout=settings.airflow.sensor_timeout_seconds,
        deferrable=True,
        **registry,
    )
    model_deployment = job_task(JobName.MODEL_DEPLOYMENT, settings)
    decide = PromotionBranchOperator(
        task_id="decide",
        experiment_name=settings.tracking.deploy_experiment,
        approval="{{ params.approval }}",
        branches=Branches(promote="promote", ask="ask_a_person", archive="archive", leave="leave_in_staging"),
        **registry,
    )
    ask_a_person = question(
        settings,
        "ask_a_person",
        subject=f"Move a version of {settings.registry.model_name} from Staging to Production?",
        body=(
            "Candidate: version {{ ti.xcom_pull(task_ids='decide', key='candidate_version') }}. "
            "In Production: version {{ ti.xcom_pull(task_ids='decide', key='production_version') or 'none' }}. "
            "Reject archives the candidate."
        ),
        shown_by="decide",
        approved="promote",
        rejected="archive",
    )
    promote = act_on(
        settings, "promote", ActKind.PROMOTED, expected_production=pulled("decide", "production_version"), **compared
    )
    archive = act_on(settings, "archive", ActKind.ARCHIVED, **compared)
    leave_in_staging = EmptyOperator(task_id="leave_in_staging")

    wait_for_candidate >> model_deployment >> decide
    decide >> promote
    decide >> ask_a_person
    decide >> archive
    decide >> leave_in_staging
    ask_a_person >> promote
    ask_a_person >> archive
