"""Whoever looks at the gate's DAG reads there what it asks for."""

from airflow.sdk import DAG

from churn.config import load_settings
from churn.gate.wording import describe_policy


def test_the_gates_page_prints_its_policy(dags: dict[str, DAG]) -> None:
    for sentence in describe_policy(load_settings("local").gate):
        assert f"- {sentence}" in str(dags["deploy_gate"].doc_md)
