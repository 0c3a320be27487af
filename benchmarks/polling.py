"""How the workspace answers to pollers while runs are active, at a steady rate whatever the answers take."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from benchmarks.measurement import Measurement
from demo.stack.workspace import Workspace

ACTIVE, RATE, SECONDS = 4, 20, 10
POLLERS = 8


def measure_polling(workspace: Workspace, begin_run: Callable[[], int]) -> list[Measurement]:
    """Poll the runs that `begin_run` begins, by their ids; they have to outlast the measurement."""
    headers = {"Authorization": f"Bearer {workspace.token}"}
    with httpx.Client(base_url=workspace.url, headers=headers, trust_env=False, timeout=30) as client:
        run_ids = [begin_run() for _ in range(ACTIVE)]
        _wait_until_all_execute(client, run_ids)
        latencies = _poll(client, run_ids)
        for run_id in run_ids:
            client.post("/api/2.2/jobs/runs/cancel", json={"run_id": run_id}).raise_for_status()
    answered = [latency for latency in latencies if latency is not None]
    percentiles = statistics.quantiles(answered, n=100)
    what = f"runs/get {RATE} times a second, {ACTIVE} runs active"
    return [
        Measurement(f"{what}: errors of {len(latencies)}", len(latencies) - len(answered), "errors", 0),
        Measurement(f"{what}: latency, median", percentiles[49], "s"),
        Measurement(f"{what}: latency, 99th percentile", percentiles[98], "s"),
    ]


def _wait_until_all_execute(client: httpx.Client, run_ids: list[int]) -> None:
    while any(_life_cycle(client, run_id) != "RUNNING" for run_id in run_ids):
        time.sleep(0.05)


def _life_cycle(client: httpx.Client, run_id: int) -> str:
    return str(_get(client, run_id).json()["state"]["life_cycle_state"])


def _poll(client: httpx.Client, run_ids: list[int]) -> list[float | None]:
    """Seconds from the moment when a request was due to its answer; None for what was no answer."""
    began = time.perf_counter()

    def ask(number: int) -> float | None:
        due = began + number / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        try:
            _get(client, run_ids[number % len(run_ids)])
        except httpx.HTTPError:
            return None
        return time.perf_counter() - due

    with ThreadPoolExecutor(POLLERS) as pollers:
        return list(pollers.map(ask, range(RATE * SECONDS)))


def _get(client: httpx.Client, run_id: int) -> httpx.Response:
    return client.get("/api/2.2/jobs/runs/get", params={"run_id": run_id}).raise_for_status()
