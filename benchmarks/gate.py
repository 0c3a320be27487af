"""What the gate's statistics and its report cost, in a process of their own so that its memory is theirs alone."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import expit

from benchmarks.measurement import Measurement
from churn.config import load_settings
from churn.gate.decision import decide
from churn.gate.evidence import RegistryState
from churn.gate.measuring import build_evidence
from churn.gate.observed import Observed, ReferenceRows, ScoredVersion
from churn.gate.record import Record
from churn.gate.report import render_report
from churn.gate.simulation import Scenario

LIMITS = {7_043: None, 1_000_000: 10.0}  # seconds, for the statistics
MEBIBYTE = 1024  # of the kibibytes that Linux counts in
CHURNED_LOG_ODDS = -1.3
VALUES: dict[str, Sequence[str] | Sequence[int]] = {
    "Contract": ["Month-to-month", "One year", "Two year"],
    "SeniorCitizen": [0, 1],
    "gender": ["Female", "Male"],
    "PaymentMethod": ["Bank transfer", "Credit card", "Electronic check", "Mailed check"],
    "tenure": range(73),
}


def measure_gate() -> list[Measurement]:
    """Seconds and memory by the number of reference rows, under the default policy with its 2,000 samples."""
    return [measurement for rows, limit in LIMITS.items() for measurement in _measure(rows, limit)]


def _measure(rows: int, limit: float | None) -> list[Measurement]:
    command = [sys.executable, "-m", __name__, str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    statistics, report, megabytes = json.loads(done.stdout)
    what = f"{rows:,} reference rows"
    return [
        Measurement(f"gate: statistics on {what}", statistics, "s", limit),
        Measurement(f"gate: report on {what}", report, "s"),
        Measurement(f"gate: peak memory of the process on {what}", megabytes, "MB"),
    ]


def simulate(rows: int) -> Observed:
    """Two models much like two forests on the real data, on customers cut into the default policy's slices."""
    generator = np.random.default_rng(1)
    paired = Scenario(rows=rows, difference=0.005).draw(generator)
    keys = np.arange(rows)
    registry = RegistryState(candidate_version="2", staging_versions=("2",), production_versions=("1",))
    customers = pd.DataFrame({name: generator.choice(np.asarray(values), rows) for name, values in VALUES.items()})
    return Observed(
        model_name="simulated",
        threshold=0.5,
        registry_before=registry,
        registry_after=registry,
        rows=ReferenceRows(
            "simulated", 0, "salt", keys, paired.labels.astype(int), customers, earlier_decisions=0, read_with={}
        ),
        candidate=ScoredVersion("2", keys, expit(paired.candidate + CHURNED_LOG_ODDS), seconds=1.0),
        production=ScoredVersion("1", keys, expit(paired.production + CHURNED_LOG_ODDS), seconds=1.0),
    )


def _run(rows: int) -> tuple[float, float, float]:
    policy, observed = load_settings("local").gate, simulate(rows)
    began = time.perf_counter()
    evidence = build_evidence(policy, observed)
    measured = time.perf_counter()
    render_report(Record(policy=policy, evidence=evidence, decision=decide(policy, evidence)))
    drawn = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
    return measured - began, drawn - measured, peak


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_run(int(sys.argv[1]))))
