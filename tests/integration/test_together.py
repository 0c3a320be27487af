"""The first jobs of the lifecycle as tasks of one run, as `airflow.initial_run: together` submits them."""

from databricks.sdk.service.jobs import RunResultState
from tests.integration.site import RUN_TIME, Site

from churn.job_names import JobName
from churn.shipping.running import submit
from churn.submission import submit_runs

FIRST = (JobName.DEMO_SETUP, JobName.INGEST, JobName.FEATURE_TABLE_CREATION, JobName.MODEL_TRAIN)


def test_each_task_comes_after_the_one_before_and_finds_what_it_made(site: Site) -> None:
    model = site.settings.registry.model_name
    names = dict(argument.removeprefix("--").split("=", 1) for argument in site.overrides)
    steps = [(job, names) for job in FIRST]
    steps[0] = (JobName.DEMO_SETUP, {**names, "confirm-delete-model": model})

    run_id = submit(site.client, submit_runs(site.settings, steps, run_name="the first jobs"))

    run = site.client.jobs.wait_get_run_job_terminated_or_skipped(run_id, timeout=RUN_TIME)
    assert run.state.result_state is RunResultState.SUCCESS, run.state.state_message
    ended = sorted(run.tasks, key=lambda task: task.end_time)
    assert [task.task_key for task in ended] == list(FIRST)
    assert site.registry.get_model_version(model, "1")
