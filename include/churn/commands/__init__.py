"""What people do with the project from a console, beside running its jobs: one module for each word after `churn`.

Help shall not wait for heavy libraries: a module imports them where it works, not at its top.
"""

from churn.commands import config, deploy, gate, run
from churn.commands.parsing import Commands

ALL = (config, deploy, gate, run)


def add_commands(commands: Commands) -> None:
    """Add the parser of every command: each module has a function `add_to`."""
    for module in ALL:
        module.add_to(commands)
