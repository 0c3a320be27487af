"""The policy that a promotion is decided by."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Policy(BaseModel):
    """What a candidate must show. Declared in the configuration and logged with every decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: Literal["roc_auc"]
