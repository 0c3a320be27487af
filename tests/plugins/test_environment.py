from datetime import timedelta

import pytest

from churn_airflow.environment import ENVIRONMENT_VARIABLE, default_args, environment_settings


def test_without_a_word_it_is_the_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)

    assert environment_settings().environment == "local"


def test_the_environment_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "prod")

    assert environment_settings().environment == "prod"


def test_retries_are_those_of_the_settings() -> None:
    settings = environment_settings()

    assert default_args(settings)["retries"] == settings.airflow.retries
    assert default_args(settings)["retry_delay"] == timedelta(seconds=settings.airflow.retry_delay_seconds)
