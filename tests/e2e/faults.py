"""Making the workspace of the stack fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

AIRFLOW = "databricks-airflow/*"  # the client; the jobs use some of the same routes, with clients of their own


@dataclass
class Faults:
    """The workspace's own rules of which requests fail."""

    client: httpx.Client
    url: str

    def inject(self, rules: Sequence[Mapping[str, Any]]) -> None:
        self.client.put(self.url, json={"rules": list(rules)}).raise_for_status()

    def seen(self) -> list[dict[str, Any]]:
        """The rules, and to how many requests each has applied."""
        return list(self.client.get(self.url).json()["rules"])
