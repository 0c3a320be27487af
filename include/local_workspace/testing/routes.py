"""`/api/local/faults`: the rules by which requests fail on purpose."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from local_workspace.http.requests import fields
from local_workspace.testing.rules import Counted, Faults, Rule

PATH = "/api/local/faults"


class Rules(BaseModel):
    """What is put: the rules that take the place of those before."""

    model_config = ConfigDict(extra="forbid")

    rules: list[Rule]


def router(faults: Faults) -> APIRouter:
    """Put, get and delete the rules. A rule that was got has its counters, too."""
    api = APIRouter()

    @api.put(PATH)
    async def put(body: Annotated[Rules, fields(Rules)]) -> dict[str, Any]:
        faults.replace(body.rules)
        return _shape(faults)

    @api.get(PATH)
    async def get() -> dict[str, Any]:
        return _shape(faults)

    @api.delete(PATH)
    async def delete() -> dict[str, Any]:
        faults.replace([])
        return _shape(faults)

    return api


def _shape(faults: Faults) -> dict[str, Any]:
    return {"rules": [_with_counters(counted) for counted in faults.rules]}


def _with_counters(counted: Counted) -> dict[str, Any]:
    rule = counted.rule.model_dump(exclude_unset=True)
    return {**rule, "seen": counted.seen, "applied": counted.applied}
