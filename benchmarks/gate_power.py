"""`python -m benchmarks.gate_power`: how often a policy passes candidates of known quality."""

from rich.console import Console
from rich.table import Table

from churn.config import load_settings
from churn.gate.policy import Policy
from churn.gate.simulation import Scenario, share_passing

ROWS = (1_750, 7_043)
DIFFERENCES = (-0.01, -0.005, -0.0025, 0.0, 0.0025, 0.005, 0.01)
PAIRS = 2_000
SEED = 4


def main() -> None:
    """Print the share of simulated pairs that passes, by the true difference in ROC AUC."""
    policies = {
        "default": load_settings("local").gate,
        "superior": load_settings("local", {"gate.criteria": ["superior"]}).gate,
    }
    Console().print(_table(policies))


def _table(policies: dict[str, Policy]) -> Table:
    columns = [(name, policy, rows) for rows in ROWS for name, policy in policies.items()]
    table = Table("true difference", *(f"{name}, {rows:,} rows" for name, _, rows in columns))
    for difference in DIFFERENCES:
        shares = (
            share_passing(policy, Scenario(rows=rows, difference=difference), PAIRS, SEED)
            for _, policy, rows in columns
        )
        table.add_row(f"{difference:+.4f}", *(f"{share:.1%}" for share in shares))
    return table


if __name__ == "__main__":
    main()
