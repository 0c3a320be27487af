"""`python docker/health.py SERVICE`: ends with 0 when that service of the stack is healthy, as its health check.

A process of Airflow without a port is as healthy as its heartbeats in the database, which the api server tells: asking
it costs a fraction of what starting `airflow jobs check` does.
"""

import json
import os
import sys
import urllib.request
from typing import Any

AIRFLOW = "http://api-server:8080"
WORKSPACE = "http://127.0.0.1:8765"
TIMEOUT_SECONDS = 8
# A service's name in the answer of Airflow's monitor.
IN_MONITOR = {"scheduler": "scheduler", "dag-processor": "dag_processor", "triggerer": "triggerer"}


def main(service: str) -> int:
    """The exit code for a service of docker-compose.yaml."""
    match service:
        case "workspace":
            headers = {"Authorization": f"Bearer {os.environ['LOCAL_WORKSPACE_TOKEN']}"}
            state = _ask(f"{WORKSPACE}/api/local/status", headers)["state"]
            return _verdict(state, "ready")
        case "api-server":
            # The half that answers tasks is built at its first request, which takes seconds: not of the first task.
            _ask(f"{AIRFLOW}/execution/health", {})
            return _verdict(_monitored("metadatabase"), "healthy")
        case _:
            return _verdict(_monitored(IN_MONITOR[service]), "healthy")


def _monitored(part: str) -> str:
    return str(_ask(f"{AIRFLOW}/api/v2/monitor/health", {})[part]["status"])


def _ask(url: str, headers: dict[str, str]) -> Any:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the addresses above
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - the addresses above
        return json.load(answer)


def _verdict(state: str, wanted: str) -> int:
    print(state)
    return 0 if state == wanted else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
