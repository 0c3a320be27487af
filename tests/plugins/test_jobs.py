from collections.abc import Mapping
from typing import Any

import pytest
from airflow.providers.databricks.operators.databricks import DatabricksSubmitRunOperator
from tests.plugins.support import TaskContext

from churn.config import Settings, TrainSettings, load_settings, parse_overrides
from churn.job_names import JobName
from churn_airflow.forms import TRAINING_SETTINGS, training_form
from churn_airflow.jobs import TIMEOUTS, job_task

SETTINGS = load_settings("local")


def rendered(task: TaskContext, job: JobName) -> DatabricksSubmitRunOperator:
    """The task as it is when it runs: templates filled in."""
    return filled_in(job_task(job, SETTINGS), task)


def training(task: TaskContext, form: Mapping[str, object]) -> TrainSettings:
    """What the training job makes of a form that a person has filled in."""
    operator = filled_in(job_task(JobName.MODEL_TRAIN, SETTINGS, TRAINING_SETTINGS), task, form)
    return settings_of(operator).train


def filled_in(
    operator: DatabricksSubmitRunOperator, task: TaskContext, params: Mapping[str, object] | None = None
) -> DatabricksSubmitRunOperator:
    context = task.as_context()
    context["params"] = params or {}
    operator.render_template_fields(context)
    return operator


def named_parameters(operator: DatabricksSubmitRunOperator) -> dict[str, str]:
    body: Any = operator.json
    (task,) = body["tasks"]
    return dict(task["python_wheel_task"]["named_parameters"])


def settings_of(operator: DatabricksSubmitRunOperator) -> Settings:
    """The settings of the job on the other side."""
    dotted = [f"--{key}={value}" for key, value in named_parameters(operator).items() if "." in key]
    return load_settings("local", parse_overrides(dotted))


@pytest.mark.parametrize("job", JobName)
def test_a_job_is_named_and_limited_in_time(job: JobName, task: TaskContext) -> None:
    operator = rendered(task, job)

    assert operator.task_id == job.value.replace("-", "_")
    assert named_parameters(operator)["job"] == job
    assert operator.timeout_seconds == TIMEOUTS[job].total_seconds()


def test_a_job_knows_which_dag_run_it_belongs_to(task: TaskContext) -> None:
    run = settings_of(rendered(task, JobName.INGEST)).run

    assert (run.dag_id, run.dag_run_id) == (task.dag_id, task.run_id)


def test_the_form_s_defaults_are_those_of_the_settings(task: TaskContext) -> None:
    defaults = {name: param.value for name, param in training_form(SETTINGS).items()}

    assert training(task, defaults) == SETTINGS.train


def test_the_form_overrides_the_settings(task: TaskContext) -> None:
    form = {"run_name": 'it\'s: a "test"', "max_depth": 8, "n_estimators": 20}

    train = training(task, form)

    assert train.run_name == form["run_name"]
    assert (train.model.max_depth, train.model.n_estimators) == (8, 20)


def test_an_empty_depth_is_no_limit(task: TaskContext) -> None:
    form = {"run_name": "deep", "max_depth": None, "n_estimators": 20}

    assert training(task, form).model.max_depth is None


def test_text_that_looks_like_a_number_stays_text(task: TaskContext) -> None:
    form = {"run_name": "2026", "max_depth": 4, "n_estimators": 20}

    assert training(task, form).run_name == "2026"
