import pytest

from churn.config import RegistryMode
from churn.stages import Stage
from churn_airflow.occupancy import occupant, stage_of_alias

STAGES = {"latest_versions": [{"version": "3", "current_stage": "Staging"}, {"version": "2", "current_stage": "None"}]}


def aliased(**aliases: str) -> dict[str, list[dict[str, str]]]:
    return {"aliases": [{"alias": alias, "version": version} for alias, version in aliases.items()]}


def test_a_stage_names_its_newest_version() -> None:
    assert occupant(RegistryMode.STAGES, STAGES, Stage.STAGING) == "3"


@pytest.mark.parametrize("answer", [{}, STAGES])
def test_an_empty_stage_has_no_version(answer: dict[str, list[dict[str, str]]]) -> None:
    assert occupant(RegistryMode.STAGES, answer, Stage.PRODUCTION) is None


def test_challenger_is_staging_and_champion_is_production() -> None:
    answer = aliased(challenger="3", champion="2", baseline="1")

    assert occupant(RegistryMode.ALIASES, answer, Stage.STAGING) == "3"
    assert occupant(RegistryMode.ALIASES, answer, Stage.PRODUCTION) == "2"
    assert [stage_of_alias(answer, version) for version in "321"] == [Stage.STAGING, Stage.PRODUCTION, Stage.NONE]


def test_a_champion_that_is_still_called_challenger_is_in_production_only() -> None:
    answer = aliased(challenger="3", champion="3")

    assert occupant(RegistryMode.ALIASES, answer, Stage.STAGING) is None
    assert stage_of_alias(answer, "3") is Stage.PRODUCTION
