"""All of one decision: written once, read for audit, report and replay."""

from churn.gate.evidence import Evidence
from churn.gate.policy import Policy, Section
from churn.gate.reasons import Decision


class Record(Section):
    """What was asked for, what was seen, and what followed."""

    policy: Policy
    evidence: Evidence
    decision: Decision
