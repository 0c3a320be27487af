"""What must still hold when a decision is carried out. Pure."""

from dataclasses import dataclass

from churn.stages import Stage

NO_VERSION = ""


@dataclass(frozen=True)
class Expectation:
    """What a decision was made on.

    Attributes:
        from_stage: the stage that the version was seen in; None when any will do.
        production: the version that was seen in Production, empty when there was none; None when any will do.
    """

    from_stage: Stage | None
    production: str | None


def objection(expected: Expectation, *, stage: Stage, production: str) -> str | None:
    """What has moved since the decision, in words; None when nothing has.

    Args:
        expected: what the decision was made on.
        stage: the stage that the version is in now.
        production: the version that is in Production now, empty when there is none.
    """
    if expected.from_stage is not None and stage is not expected.from_stage:
        return f"it is in {stage} now and was in {expected.from_stage}"
    if expected.production is not None and production != expected.production:
        return f"Production holds {named(production)} now and held {named(expected.production)}"
    return None


def named(version: str) -> str:
    """A version in a sentence; `no version` where it is empty."""
    return f"version {version}" if version else "no version"
