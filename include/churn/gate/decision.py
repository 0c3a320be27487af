"""The decision: a pure function of policy and evidence, the same on the cluster, in a replay and in a test."""

from churn.gate.criteria import judge_criteria
from churn.gate.evidence import Evidence
from churn.gate.guardrails import judge_guardrails
from churn.gate.obstacles import find_obstacles
from churn.gate.policy import Policy
from churn.gate.reasons import Decision, Reason, ReasonCode, Verdict

__all__ = ["Decision", "Reason", "ReasonCode", "Verdict", "decide"]

# A failure of quality decides, whatever else would be for a person to look at.
_STRICTEST_FIRST = (Verdict.ARCHIVE, Verdict.HOLD, Verdict.PROMOTE)


def decide(policy: Policy, evidence: Evidence) -> Decision:
    """What becomes of the candidate.

    * HOLD, where it cannot be decided: something is missing, broken, ambiguous, too small or has moved. Nothing is
      promoted or archived on a measurement that was not made.
    * ARCHIVE, where a criterion or a limit of quality (floor, calibration, slices) is measured and not met.
    * HOLD, where the quality is right but the candidate behaves differently (drift, scoring time): not bad in itself,
      but for a person to see.
    * PROMOTE otherwise. Without a version in Production there is nothing to compare with: floor and calibration decide.
    """
    if obstacles := find_obstacles(policy, evidence):
        return Decision(verdict=Verdict.HOLD, reasons=tuple(obstacles))
    reasons = [*judge_criteria(policy, evidence), *judge_guardrails(policy, evidence)]
    verdict = next(verdict for verdict in _STRICTEST_FIRST if any(r.speaks_for is verdict for r in reasons))
    return Decision(
        verdict=verdict,
        reasons=tuple(reason for reason in reasons if reason.speaks_for is verdict),
        other_checks=tuple(reason for reason in reasons if reason.speaks_for is not verdict),
    )
