"""`make demo`, phase by phase."""

import json
import subprocess
import sys

from benchmarks.measurement import Measurement
from demo.places import Places

LIMIT = 120.0


def measure_lifecycle(places: Places, data: str | None) -> list[Measurement]:
    """The whole demo after set-up, and its phases."""
    demo = [sys.executable, "-m", "demo", "--home", str(places.home)]
    subprocess.run([*demo, "prepare"], check=True)
    chosen = ["--data", data] if data else []
    done = subprocess.run([*demo, "run", "--json", *chosen], stdout=subprocess.PIPE, text=True, check=True)
    phases: dict[str, float] = json.loads(done.stdout)["seconds"]
    return [
        Measurement("make demo", sum(phases.values()), "s", LIMIT),
        *[Measurement(f"- {title}", seconds, "s") for title, seconds in phases.items()],
    ]
