"""Which requests are to meet a fault, and what the fault is."""

import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Moment = Literal["before", "after"]


class Rule(BaseModel):
    """One fault, on the requests that it names."""

    model_config = ConfigDict(extra="forbid")

    method: str = "*"
    path: str
    """Both are shell patterns; `*` stands for slashes, too. The path is the decoded one, without the query."""
    client: str = "*"
    """A shell pattern for the client's `User-Agent`: the same route may serve several."""
    moment: Moment = "before"
    """`before`: the request is not carried out. `after`: it is, and its answer is changed."""
    answered: int | None = None
    """Of moment `after` only: the status that the request has to be answered with for the rule to apply."""
    skip: int = Field(0, ge=0)
    """How many of the requests that the rule could apply to go by unharmed first."""
    times: int | None = Field(1, ge=1)
    """How many requests it applies to; null for all."""

    delay_seconds: float = Field(0, ge=0, le=600)
    status: int | None = Field(None, ge=200, le=599)
    headers: dict[str, str] = {}
    body: Any = None
    """Text is sent as it is, anything else as JSON."""
    drop: Literal["connection", "body"] | None = None
    """`connection`: closed before a byte of the answer. `body`: closed when half of the answer's body is sent."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.moment == "before" and self.answered is not None:
            raise ValueError("'answered' asks for the real answer, which only rules of moment 'after' have.")
        if not (self.changes_answer or self.delay_seconds):
            raise ValueError("A rule needs at least one of delay_seconds, status, headers, body, drop.")
        return self

    def matches(self, request: "Request") -> bool:
        return (
            fnmatchcase(request.method, self.method.upper())
            and fnmatchcase(request.path, self.path)
            and fnmatchcase(request.client, self.client)
        )

    @property
    def changes_answer(self) -> bool:
        """False for a mere delay."""
        return any(value is not None for value in (self.status, self.body, self.drop)) or bool(self.headers)


@dataclass(frozen=True)
class Request:
    """What rules look at."""

    method: str
    path: str
    client: str


@dataclass(frozen=True)
class Answer:
    """An answer in full."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def changed_by(self, rule: Rule) -> "Answer":
        """Put in place what the rule gives; the rest stays."""
        headers = {**self.headers, **{name.lower(): value for name, value in rule.headers.items()}}
        body = self.body
        if rule.body is not None:
            is_text = isinstance(rule.body, str)
            body = (rule.body if is_text else json.dumps(rule.body)).encode()
            headers["content-type"] = _content_type(rule, "text/plain" if is_text else "application/json")
        return Answer(rule.status or self.status, {**headers, "content-length": str(len(body))}, body)


def _content_type(rule: Rule, usual: str) -> str:
    return next((value for name, value in rule.headers.items() if name.lower() == "content-type"), usual)


@dataclass
class Counted:
    """A rule in use."""

    rule: Rule
    seen: int = 0
    applied: int = 0

    def takes(self) -> bool:
        """Count one more request, and say whether the rule applies to it."""
        self.seen += 1
        if self.seen <= self.rule.skip:
            return False
        self.applied += 1
        return True

    @property
    def is_spent(self) -> bool:
        return self.rule.times is not None and self.applied >= self.rule.times


class Faults:
    """The rules in use, in their order: the first that applies takes the request, and the others do not count it."""

    def __init__(self) -> None:
        self.rules: list[Counted] = []

    def replace(self, rules: list[Rule]) -> None:
        """Use these rules, none of which has applied yet."""
        self.rules = [Counted(rule) for rule in rules]

    def concern(self, moment: Moment, request: Request) -> list[Counted]:
        """The rules that could apply to a request."""
        return [
            counted
            for counted in self.rules
            if counted.rule.moment == moment and not counted.is_spent and counted.rule.matches(request)
        ]

    def take(self, moment: Moment, request: Request, status: int | None = None) -> Rule | None:
        """The rule that applies, counted; `status` is the real answer's where there is one."""
        for counted in self.concern(moment, request):
            if counted.rule.answered in {None, status} and counted.takes():
                return counted.rule
        return None
