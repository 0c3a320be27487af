"""A job of the wheel as an Airflow task."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import chain

from airflow.sdk import Asset

from churn.config import InitialRun, Settings
from churn.job_names import JobName
from churn.submission import submit_runs
from churn_airflow.job_run import JobRunOperator

# After this Databricks ends the run. Generous: a cold cluster alone takes up to ten minutes.
TIMEOUTS: Mapping[JobName, timedelta] = {
    JobName.DEMO_SETUP: timedelta(minutes=30),
    JobName.INGEST: timedelta(hours=1),
    JobName.FEATURE_TABLE_CREATION: timedelta(hours=1),
    JobName.MODEL_TRAIN: timedelta(hours=3),
    JobName.MODEL_DEPLOYMENT: timedelta(hours=1),
    JobName.MODEL_INFERENCE_BATCH: timedelta(hours=2),
}
# Every run is tagged with the DAG run that it belongs to.
WHO = {"run.dag_id": "{{ dag.dag_id }}", "run.dag_run_id": "{{ run_id }}"}


def job_task(
    job: JobName, settings: Settings, parameters: Mapping[str, str] | None = None, *, outlets: Sequence[Asset] = ()
) -> JobRunOperator:
    """The task that runs a job; its id is the job's name with underscores.

    Args:
        job: the job.
        settings: of the environment that the DAG belongs to.
        parameters: dotted settings to override, and what the job itself takes; values may be templates.
        outlets: the assets that it makes.
    """
    return jobs_task(job.value.replace("-", "_"), settings, {job: parameters or {}}, outlets=outlets)


def jobs_task(
    task_id: str,
    settings: Settings,
    steps: Mapping[JobName, Mapping[str, str]],
    *,
    outlets: Sequence[Asset] = (),
) -> JobRunOperator:
    """The task that runs several jobs, one after the other, in one run of the workspace.

    Args:
        task_id: the id of the task.
        settings: of the environment that the DAG belongs to.
        steps: parameters by job; see `job_task`.
        outlets: the assets that they make.
    """
    with_provenance = [(job, {**WHO, **parameters}) for job, parameters in steps.items()]
    return JobRunOperator(
        task_id=task_id,
        json=submit_runs(settings, with_provenance, run_name=f"{{{{ dag.dag_id }}}}.{task_id}"),
        timeout_seconds=int(sum((TIMEOUTS[job] for job in steps), timedelta()).total_seconds()),
        databricks_conn_id=settings.airflow.conn_id,
        polling_period_seconds=settings.airflow.polling_period_seconds,
        deferrable=settings.airflow.deferrable_jobs,
        outlets=list(outlets),
    )


def initial_jobs(
    settings: Settings,
    steps: Mapping[JobName, Mapping[str, str]],
    outlets: Mapping[JobName, Sequence[Asset]],
) -> list[JobRunOperator]:
    """A task for each job, or one task for all of them, as `airflow.initial_run` says.

    Args:
        settings: of the environment that the DAG belongs to.
        steps: parameters by job, in the order of running; see `job_task`.
        outlets: the assets that a job makes.
    """
    if settings.airflow.initial_run is InitialRun.TOGETHER:
        return [jobs_task("initial_jobs", settings, steps, outlets=[*chain.from_iterable(outlets.values())])]
    return [job_task(job, settings, parameters, outlets=outlets.get(job, ())) for job, parameters in steps.items()]


def from_param(name: str) -> str:
    """The template of a DAG parameter as a setting's value: JSON, so that nothing stays nothing and text stays text."""
    return f"{{{{ params.{name} | tojson }}}}"
