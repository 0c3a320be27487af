"""Promoting, archiving and rolling back, against a real MLflow server, in both modes of the registry."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from threading import Barrier
from typing import Any

import pytest
import requests
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from tests.plugins.support import Registry, TaskContext

from churn.config import RegistryMode
from churn.gate.acts import ActKind
from churn.stages import Stage
from churn_airflow import succession
from churn_airflow.act_operator import ActOperator
from churn_airflow.registry_hook import RegistryHook

PROMOTERS = 50


class Killed(BaseException):
    """The worker dies: nothing catches this."""


def act(
    registry: Registry, hook: RegistryHook, version: str, act: ActKind = ActKind.PROMOTED, **changed: Any
) -> ActOperator:
    arguments: dict[str, Any] = {
        "task_id": act.lower(),
        "act": act,
        "model_name": registry.model,
        "version": version,
        "experiment_name": registry.experiment,
        "from_stage": Stage.STAGING,
        "expected_production": "1",
        "comparison_run_id": "a-comparison",
        "reason": "It is better.",
        "databricks_conn_id": hook.databricks_conn_id,
        "registry_mode": hook.registry_mode,
    }
    return ActOperator(**{**arguments, **changed})


def acts(registry: Registry) -> list[dict[str, str]]:
    """Tags of the recorded acts, the newest last."""
    return [tags for tags in registry.run_tags() if tags.get("gate.record") == "act"]


@contextmanager
def killed_before(change: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process dies before it sends its so-manieth request that changes something.

    What a server knows after that is also what it knows when the process dies later, up to the answer before.
    """
    sent = 0

    def dying(real: Any) -> Any:
        def request(url: str, **named: Any) -> Any:
            nonlocal sent
            sent += not url.endswith("/search")
            if sent == change:
                raise Killed
            return real(url, **named)

        return request

    with monkeypatch.context() as patch:
        for method in ("post", "delete"):
            patch.setattr(requests, method, dying(getattr(requests, method)))
        yield


@pytest.fixture
def candidate(registry: Registry, hook: RegistryHook) -> str:
    """Version 2 in Staging, with version 1 in Production."""
    registry.create_model()
    hook.move(registry.model, registry.create_version(), Stage.PRODUCTION)
    version = registry.create_version()
    hook.move(registry.model, version, Stage.STAGING)
    return version


def assert_promoted(registry: Registry, hook: RegistryHook, version: str) -> None:
    """Once, wholly: one version in Production, none in Staging, one record, finished."""
    assert registry.in_production() == [version]
    assert hook.version_in(registry.model, Stage.STAGING) is None
    assert hook.stage_of(registry.model, "1") in {Stage.ARCHIVED, Stage.NONE}
    (record,) = acts(registry)
    assert (record["gate.act"], record["gate.version"], record["gate.replaced_version"]) == ("PROMOTED", version, "1")


def test_a_promotion_takes_the_place_of_the_version_it_was_compared_with(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    assert act(registry, hook, candidate).execute(task.as_context()) == candidate

    assert_promoted(registry, hook, candidate)


def test_the_record_says_what_was_done_to_which_version_why_and_who_approved_it(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    act(registry, hook, candidate, approved_by="ada").execute(task.as_context())

    (record,) = acts(registry)
    assert {key: value for key, value in record.items() if not key.startswith("mlflow.")} == {
        "gate.record": "act",
        "gate.act": "PROMOTED",
        "gate.model_name": registry.model,
        "gate.version": candidate,
        "gate.replaced_version": "1",
        "gate.change": "1",
        "gate.comparison_run_id": "a-comparison",
        "gate.approved_by": "ada",
        "gate.reason": "It is better.",
        **task.tags,
    }


def test_the_version_says_who_promoted_it_and_since_when_it_is_in_production(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    act(registry, hook, candidate, approved_by="").execute(task.as_context())

    found = hook.model_version(registry.model, candidate)
    assert found is not None
    tags = found.tags
    assert tags["gate.promoted_by"] == "policy"
    assert tags["gate.production_since"].startswith("20")
    assert tags["airflow.dag_run_id.production"] == task.run_id


def test_a_repeated_promotion_is_a_success_and_recorded_once(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    for _ in range(2):
        assert act(registry, hook, candidate).execute(task.as_context()) == candidate

    assert_promoted(registry, hook, candidate)


def test_a_promotion_that_is_killed_before_any_of_its_requests_is_completed_by_the_retry(
    registry: Registry, hook: RegistryHook, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.create_model()
    production = registry.create_version()
    hook.move(registry.model, production, Stage.PRODUCTION)
    for change in count(1):
        version = registry.create_version()
        hook.move(registry.model, version, Stage.STAGING)
        context = TaskContext(run_id=f"run-{change}").as_context()
        promote = act(registry, hook, version, expected_production=production)
        killed = False
        try:
            with killed_before(change, monkeypatch):
                promote.execute(context)
        except Killed:
            killed = True
            assert len(registry.in_production()) == 1
            act(registry, hook, version, expected_production=production).execute(context)

        assert registry.in_production() == [version]
        assert hook.version_in(registry.model, Stage.STAGING) is None
        assert [record["gate.act"] for record in acts(registry)] == ["PROMOTED"] * change
        production = version
        if not killed:
            break

    assert change > len(["claim", "move", "three tags", "record", "finish", "settle"])


def test_of_fifty_promotions_of_two_candidates_at_once_one_wins_and_the_others_are_told(
    candidate: str, registry: Registry, hook: RegistryHook
) -> None:
    other = registry.create_version()
    hook.move(registry.model, other, Stage.STAGING)
    from_stage = Stage.STAGING if hook.registry_mode is RegistryMode.STAGES else None  # of aliases there is one each
    start = Barrier(PROMOTERS)

    def promote(number: int) -> str:
        context = TaskContext(run_id=f"run-{number}").as_context()
        promotion = act(registry, hook, [candidate, other][number % 2], from_stage=from_stage)
        start.wait()
        try:
            promotion.execute(context)
        except AirflowException as error:
            return str(error)
        return "success"

    with ThreadPoolExecutor(PROMOTERS) as threads:
        told = list(threads.map(promote, range(PROMOTERS)))

    (winner,) = registry.in_production()
    (promotion,) = [record for record in acts(registry) if record["gate.act"] == "PROMOTED"]
    assert promotion["gate.version"] == winner
    rivals = [words for number, words in enumerate(told) if [candidate, other][number % 2] != winner]
    assert [words for words in rivals if f"version {winner} is promoted in place of version 1 by" not in words] == []
    friends = [words for number, words in enumerate(told) if [candidate, other][number % 2] == winner]
    assert "success" in friends
    assert [words for words in friends if words != "success" and promotion["airflow.dag_run_id"] not in words] == []
    refused = [record for record in acts(registry) if record["gate.act"] == "REFUSED"]
    assert len(refused) == len(rivals) == PROMOTERS // 2


def test_a_promotion_is_refused_when_production_has_moved(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    other = registry.create_version()
    hook.move(registry.model, other, Stage.PRODUCTION)

    for _ in range(2):
        with pytest.raises(AirflowFailException, match=f"Version {candidate} .*holds version {other} now and held"):
            act(registry, hook, candidate).execute(task.as_context())

    assert registry.in_production() == [other]
    assert hook.version_in(registry.model, Stage.STAGING) == candidate
    (refusal,) = acts(registry)
    assert (refusal["gate.act"], refusal["gate.version"]) == ("REFUSED", candidate)
    assert f"Production holds version {other} now" in refusal["gate.reason"]


def test_a_promotion_is_refused_when_the_candidate_has_left_staging(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    hook.move(registry.model, candidate, Stage.NONE)

    with pytest.raises(AirflowFailException, match="it is in None now and was in Staging"):
        act(registry, hook, candidate).execute(task.as_context())

    assert registry.in_production() == ["1"]


def test_an_archived_candidate_has_left_staging_and_production_is_as_it_was(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext
) -> None:
    for _ in range(2):
        act(registry, hook, candidate, ActKind.ARCHIVED, expected_production=None).execute(task.as_context())

    assert hook.version_in(registry.model, Stage.STAGING) is None
    assert registry.in_production() == ["1"]
    (record,) = acts(registry)
    assert (record["gate.act"], record["gate.version"]) == ("ARCHIVED", candidate)
    assert record["gate.replaced_version"] == ""


def test_whoever_meets_an_unfinished_promotion_is_told_whose_it_is_and_moves_nothing(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with killed_before(2, monkeypatch), pytest.raises(Killed):
        act(registry, hook, candidate).execute(task.as_context())
    other = registry.create_version()
    hook.move(registry.model, other, Stage.STAGING)
    later = TaskContext(run_id="later").as_context()

    with pytest.raises(AirflowFailException, match=rf"version {candidate} is promoted .*{task.run_id}.*not finished"):
        act(registry, hook, other).execute(later)
    with pytest.raises(AirflowException, match=rf"{task.run_id}.*not finished yet. If that task has failed, clear it"):
        act(registry, hook, candidate).execute(later)

    assert registry.in_production() == ["1"]


def test_an_abandoned_promotion_blocks_nobody_for_ever(
    candidate: str, registry: Registry, hook: RegistryHook, task: TaskContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with killed_before(2, monkeypatch), pytest.raises(Killed):
        act(registry, hook, candidate).execute(task.as_context())
    monkeypatch.setattr(succession, "ABANDONED_AFTER", succession.LONGEST_TRY * 0)

    act(registry, hook, candidate).execute(TaskContext(run_id="later").as_context())

    assert_promoted(registry, hook, candidate)
