"""The IBM Telco dataset, where somebody has it: `CHURN_DATA` says where. It is never part of the project."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("CHURN_DATA", "")).resolve()

needs_data = pytest.mark.skipif("CHURN_DATA" not in os.environ, reason="CHURN_DATA names no file with the real data")
