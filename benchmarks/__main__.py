"""`python -m benchmarks`: measure, and print each figure beside what was promised."""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.dag_files import measure_dag_files
from benchmarks.gate import measure_gate
from benchmarks.gate_comparison import measure_comparison
from benchmarks.jobs import measure_jobs
from benchmarks.lifecycle import measure_lifecycle
from benchmarks.machine import describe_machine
from benchmarks.measurement import Measurement
from demo.places import Places


def main() -> None:
    """Run all benchmarks in a stack of their own; a broken promise is shown, not an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--data", help="CSV file of customers; generated customers otherwise")
    options = parser.parse_args()
    console = Console()
    machine = describe_machine()
    with tempfile.TemporaryDirectory(prefix="churn-benchmarks-") as home:
        places = Places(Path(home))
        measured = [
            *measure_lifecycle(places, options.data),
            *measure_jobs(places),
            *measure_dag_files(),
            *measure_gate(),
            *measure_comparison(),
        ]
    for name, value in machine.items():
        console.print(f"{name}: {value}", highlight=False, soft_wrap=True)
    console.print(_table(measured))


def _table(measured: Sequence[Measurement]) -> Table:
    table = Table("what", "measured", "promised", "share")
    for one in measured:
        promised = "" if one.limit is None else f"{one.limit:g} {one.unit}"
        share = "" if one.share is None else f"{one.share:.0%}"
        table.add_row(one.name, f"{one.value:.3g} {one.unit}", promised, share)
    return table


if __name__ == "__main__":
    main()
