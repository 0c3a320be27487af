"""All of one decision: written once, read for audit, report and replay."""

from datetime import datetime

from churn.gate.evidence import Evidence
from churn.gate.policy import Policy
from churn.gate.reasons import Decision
from churn.section import Section


class Record(Section):
    """What was asked for, what was seen, and what followed."""

    policy: Policy
    evidence: Evidence
    decision: Decision


class Recorded(Section):
    """A record with the MLflow run that holds it."""

    run_id: str
    at: datetime
    dag_id: str  # both empty where no DAG made it
    dag_run_id: str
    record: Record
