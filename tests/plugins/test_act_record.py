"""The record of an act is read by the wheel's command line as it was written."""

from datetime import UTC, datetime

import pytest

from churn.gate.acts import Act, ActKind
from churn_airflow.act_record import ActRecord
from churn_airflow.succession import Actor


@pytest.mark.parametrize("act", list(ActKind))
@pytest.mark.parametrize(("replaced", "comparison"), [("1", "run-9"), ("", "")])
def test_what_is_written_is_what_is_read(act: ActKind, replaced: str, comparison: str) -> None:
    written = ActRecord(
        act=act,
        model_name="telco_churn",
        version="2",
        replaced=replaced,
        number=4,
        comparison_run_id=comparison,
        approved_by="ada",
        reason="It is better.",
        actor=Actor("deploy_gate", "manual__1", "promote"),
    )

    read = Act.from_tags("run-10", datetime(2026, 3, 1, tzinfo=UTC), written.as_tags())

    assert read.kind.value == act.value
    assert (read.model_name, read.version, read.replaced_version) == ("telco_churn", "2", replaced)
    assert (read.comparison_run_id, read.approved_by, read.reason) == (comparison, "ada", "It is better.")
    assert (read.dag_id, read.dag_run_id) == ("deploy_gate", "manual__1")
