"""Take a change of Production back: to the version before, or to one that is named.

`choose_version` → `approval` → `approve` → `roll_back`

**When to run it.** When the version in Production turns out to be wrong, whatever the gate has said.

**Which version.** Without *Version*, the one that the last promotion or rollback replaced. A version that is named must
have been in Production before; any other goes by way of Staging and `deploy_gate`.

**Approval.** With `approval: ask` the task `approve` waits under *Required Actions*: *Approve* moves the version to
Production and archives the one that is there, *Reject* leaves everything as it is (`leave_production`). With
`approval: auto` it is moved at once.

**What it leaves.** A run in the deployment experiment that says who went back, from which version to which, and why.
`batch_inference` starts by itself where the environment says so.

**When a task fails.** Its log ends with the reason and the remedy.

| task | usual reason | what to do |
| --- | --- | --- |
| `choose_version` | no change is recorded that could be taken back | name the version in the trigger form |
| `roll_back` | Production was changed meanwhile | look at what is there now, trigger the DAG again |
"""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param

from churn.gate.acts import ActKind
from churn.stages import Stage
from churn_airflow.approval import ApprovalRouteOperator
from churn_airflow.environment import TAG, default_args, environment_settings, registry_args
from churn_airflow.forms import approval_form
from churn_airflow.rollback import RollbackTargetOperator
from churn_airflow.steps import APPROVE, EITHER_WAY, act_on, pulled, question

settings = environment_settings()
CHOSEN = "{{ ti.xcom_pull(task_ids='choose_version') }}"
PRESENT = pulled("choose_version", "production_version")

with DAG(
    dag_id="rollback",
    description="Production back to the version before, or to one that is named",
    doc_md=__doc__,
    schedule=None,
    max_active_runs=1,
    default_args=default_args(settings),
    tags=[TAG, settings.environment],
    params={
        "version": Param(
            "",
            type="string",
            pattern=r"^\s*\d*\s*$",
            title="Version",
            description="The version to go back to; empty for the one that the last change of Production replaced.",
        ),
        "reason": Param(
            "",
            type="string",
            maxLength=1000,
            title="Reason",
            description="Why; it is kept in the record.",
        ),
        **approval_form(settings),
    },
) as dag:
    choose_version = RollbackTargetOperator(
        task_id="choose_version",
        version="{{ params.version }}",
        model_name=settings.registry.model_name,
        experiment_name=settings.tracking.deploy_experiment,
        **registry_args(settings),
    )
    approval = ApprovalRouteOperator(
        task_id="approval",
        approval="{{ params.approval }}",
        target=Stage.PRODUCTION,
        ask=APPROVE,
        move="roll_back",
        leave="leave_production",
    )
    approve = question(
        settings,
        APPROVE,
        subject=f"Take {settings.registry.model_name} back to another version in Production?",
        body=f"In Production: version {PRESENT}. Back to: version {CHOSEN}; its training run is shown below. "
        "Reason given: {{ params.reason or 'none' }}",
        shown_by="choose_version",
        approved="roll_back",
        rejected="leave_production",
    )
    roll_back = act_on(
        settings,
        "roll_back",
        ActKind.ROLLED_BACK,
        version=CHOSEN,
        asked_by=APPROVE,
        expected_production=PRESENT,
        reason="{{ params.reason }}",
    )
    leave_production = EmptyOperator(task_id="leave_production", trigger_rule=EITHER_WAY)

    choose_version >> approval
    approval >> approve
    approval >> roll_back
    approval >> leave_production
    approve >> roll_back
    approve >> leave_production
