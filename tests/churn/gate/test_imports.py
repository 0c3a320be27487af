"""What DAG files and the command line import of the gate costs them little."""

import subprocess
import sys

HEAVY = {"numpy", "pandas", "scipy", "sklearn", "matplotlib", "mlflow", "pyspark"}
LIGHT = ("acts", "tags", "policy", "evidence", "decision", "record", "replay", "explain", "wording")


def test_deciding_needs_no_arithmetic_library() -> None:
    modules = ", ".join(f"churn.gate.{name}" for name in LIGHT)
    script = f"import sys, {modules}; print(*{{name.partition('.')[0] for name in sys.modules}})"

    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert "churn" in loaded
    assert not HEAVY & set(loaded)
