"""What the figures were measured on: figures of two machines cannot be compared without it."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("apache-airflow", "mlflow", "pysail", "pyspark", "scikit-learn")


def describe_machine() -> dict[str, str]:
    """Processor, memory, interpreter and libraries."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()
