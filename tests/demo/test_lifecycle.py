"""The steps ask for what the DAGs' forms offer, so that a renamed field is noticed without a running stack."""

import runpy

import pytest
from airflow.sdk import DAG

from churn.config import load_settings
from demo.lifecycle import FIRST_DEPTH, SECOND_DEPTH, Step, lifecycle
from demo.places import PROJECT

STEPS = lifecycle(load_settings("local"), "/Volumes/main/churn_local/landing/customers.csv")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.dag_id)
def test_every_parameter_is_a_field_of_the_dags_form(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHURN_ENV", "local")
    (dag,) = [
        value
        for value in runpy.run_path(str(PROJECT / "dags" / f"{step.dag_id}.py")).values()
        if isinstance(value, DAG)
    ]

    assert set(step.conf) <= set(dag.params)


def test_the_second_model_is_deeper() -> None:
    depths = [step.conf["max_depth"] for step in STEPS if "max_depth" in step.conf]

    assert depths == [FIRST_DEPTH, SECOND_DEPTH]
    assert FIRST_DEPTH < SECOND_DEPTH


def test_a_person_is_asked_wherever_a_version_moves() -> None:
    assert [step.dag_id for step in STEPS if step.conf.get("approval") != "ask"] == ["batch_inference"]
