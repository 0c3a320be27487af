import pytest

from churn.stages import Stage
from churn_airflow.expectation import Expectation, objection


@pytest.mark.parametrize(
    ("expected", "stage", "production", "words"),
    [
        (Expectation(Stage.STAGING, "1"), Stage.STAGING, "1", None),
        (Expectation(None, None), Stage.ARCHIVED, "9", None),
        (Expectation(Stage.STAGING, ""), Stage.STAGING, "", None),
        (Expectation(Stage.STAGING, "1"), Stage.ARCHIVED, "1", "it is in Archived now and was in Staging"),
        (Expectation(Stage.STAGING, "1"), Stage.STAGING, "3", "Production holds version 3 now and held version 1"),
        (Expectation(None, ""), Stage.STAGING, "3", "Production holds version 3 now and held no version"),
        (Expectation(None, "1"), Stage.STAGING, "", "Production holds no version now and held version 1"),
    ],
)
def test_what_speaks_against_a_move(expected: Expectation, stage: Stage, production: str, words: str | None) -> None:
    assert objection(expected, stage=stage, production=production) == words
