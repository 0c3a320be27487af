"""What `churn deploy` refuses before it asks a workspace. tests/integration deploys."""

from pathlib import Path

import pytest

from churn import cli
from churn.errors import ConfigError, ShippingError


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_a_release_is_never_replaced(environment: str) -> None:
    with pytest.raises(ConfigError, match=f"--replace is not for {environment}"):
        cli.main(["deploy", f"--env={environment}", "--replace"])


def test_a_wheel_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShippingError, match=r"no wheel .*none\.whl"):
        cli.main(["deploy", "--env=prod", f"--wheel={tmp_path / 'none.whl'}"])
