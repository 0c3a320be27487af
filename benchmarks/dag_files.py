"""What a DAG file costs beyond the operators that it imports; the DAG processor pays it again and again."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.measurement import Measurement
from demo.places import PROJECT

LIMIT = 1.2
TIMES = 3
# In a process of its own: first the file's import statements alone, then the whole file, in processor time.
SCRIPT = """
import ast, json, runpy, sys, time
tree = ast.parse(open(sys.argv[1]).read())
tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
began = time.process_time()
exec(compile(tree, sys.argv[1], "exec"), {})
imported = time.process_time()
runpy.run_path(sys.argv[1])
print(json.dumps([imported - began, time.process_time() - imported]))
"""


def measure_dag_files() -> list[Measurement]:
    """For each DAG file, the ratio of importing it to importing its operators."""
    return [
        Measurement(f"import {path.name} / import its operators", _ratio(path), "x", LIMIT)
        for path in sorted((PROJECT / "dags").glob("*.py"))
    ]


def _ratio(path: Path) -> float:
    return statistics.median(_once(path) for _ in range(TIMES))


def _once(path: Path) -> float:
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True)
    operators, rest = json.loads(done.stdout.splitlines()[-1])
    return float((operators + rest) / operators)
