"""The moves of a task run are data: what is not among them cannot happen."""

import itertools

import pytest

from local_workspace.jobs import graph
from local_workspace.jobs.records import TaskRun
from local_workspace.jobs.specification import RunIf, Task
from local_workspace.jobs.states import (
    ACTIVE,
    FINAL,
    MOVES,
    Event,
    ImpossibleMoveError,
    LifeCycle,
    Result,
    State,
    moved,
)

PAIRS = list(itertools.product(LifeCycle, Event))


@pytest.mark.parametrize(("life_cycle", "event"), PAIRS, ids=lambda value: str(value).replace(" ", "-"))
def test_an_event_moves_a_state_as_the_table_says_or_not_at_all(life_cycle: LifeCycle, event: Event) -> None:
    state = State(life_cycle=life_cycle)
    if life_cycle in MOVES[event].origins:
        assert moved(state, event, "why").life_cycle is MOVES[event].to
    else:
        with pytest.raises(ImpossibleMoveError, match=life_cycle):
            moved(state, event)


@pytest.mark.parametrize("event", Event)
def test_an_end_has_a_result_and_a_reason_and_nothing_else_has_a_result(event: Event) -> None:
    move = MOVES[event]
    assert bool(move.result and move.code and move.kind) is (move.to in FINAL)


def test_nothing_leads_out_of_an_end_and_whatever_is_active_can_break() -> None:
    assert not any(move.origins & FINAL for move in MOVES.values())
    assert MOVES[Event.BROKE].origins == ACTIVE


def attempt(key: str, state: State, *before: str, run_if: RunIf = RunIf.ALL_SUCCESS, number: int = 0) -> TaskRun:
    depends_on = [{"task_key": one} for one in before]
    script = {"python_file": "/any.py"}
    task = Task.model_validate(
        {"task_key": key, "depends_on": depends_on, "run_if": run_if, "spark_python_task": script}
    )
    return TaskRun(run_id=number, parent_id=0, task=task, attempt=number, state=state)


def ended(result: Result) -> State:
    return State(life_cycle=LifeCycle.TERMINATED, result=result, code=result, kind="CLIENT_ERROR")


BLOCKED = State(life_cycle=LifeCycle.BLOCKED)
OK, BAD, GONE, LEFT = Result.SUCCESS, Result.FAILED, Result.CANCELED, Result.EXCLUDED


@pytest.mark.parametrize(
    ("run_if", "upstream", "event"),
    [
        (RunIf.ALL_SUCCESS, [OK, OK], Event.UNBLOCKED),
        (RunIf.ALL_SUCCESS, [OK, BAD], Event.UPSTREAM_FAILED),
        (RunIf.ALL_SUCCESS, [OK, GONE], Event.UPSTREAM_CANCELED),
        (RunIf.ALL_SUCCESS, [OK, LEFT], Event.EXCLUDED),
        (RunIf.ALL_SUCCESS, [OK, Result.DISABLED], Event.UNBLOCKED),
        (RunIf.AT_LEAST_ONE_SUCCESS, [OK, BAD], Event.UNBLOCKED),
        (RunIf.AT_LEAST_ONE_SUCCESS, [BAD, BAD], Event.UPSTREAM_FAILED),
        (RunIf.NONE_FAILED, [OK, LEFT], Event.UNBLOCKED),
        (RunIf.NONE_FAILED, [LEFT, LEFT], Event.EXCLUDED),
        (RunIf.NONE_FAILED, [OK, BAD], Event.UPSTREAM_FAILED),
        (RunIf.ALL_DONE, [BAD, GONE], Event.UNBLOCKED),
        (RunIf.AT_LEAST_ONE_FAILED, [OK, BAD], Event.UNBLOCKED),
        (RunIf.AT_LEAST_ONE_FAILED, [OK, OK], Event.EXCLUDED),
        (RunIf.ALL_FAILED, [BAD, BAD], Event.UNBLOCKED),
        (RunIf.ALL_FAILED, [OK, BAD], Event.EXCLUDED),
    ],
    ids=str,
)
def test_a_blocked_task_goes_by_the_ends_of_those_before_it(
    run_if: RunIf, upstream: list[Result], event: Event
) -> None:
    newest = {str(number): attempt(str(number), ended(result)) for number, result in enumerate(upstream)}
    assert graph.release(attempt("last", BLOCKED, *newest, run_if=run_if), newest) is event


def test_a_blocked_task_waits_for_all_before_it() -> None:
    newest = {"a": attempt("a", ended(BAD)), "b": attempt("b", State(life_cycle=LifeCycle.RUNNING))}
    assert graph.release(attempt("last", BLOCKED, "a", "b"), newest) is None


@pytest.mark.parametrize(
    ("life_cycles", "of_run"),
    [
        (["BLOCKED", "QUEUED"], "QUEUED"),
        (["BLOCKED", "PENDING"], "PENDING"),
        (["RUNNING", "QUEUED"], "RUNNING"),
        (["RUNNING", "TERMINATING"], "RUNNING"),
        (["TERMINATING", "TERMINATED"], "TERMINATING"),
        (["TERMINATED", "QUEUED"], "RUNNING"),
        (["WAITING_FOR_RETRY", "BLOCKED"], "WAITING_FOR_RETRY"),
    ],
    ids=str,
)
def test_an_active_run_is_as_far_as_its_tasks(life_cycles: list[str], of_run: str) -> None:
    states = [State(life_cycle=LifeCycle(each)) for each in life_cycles]
    newest = {str(number): attempt(str(number), state) for number, state in enumerate(states)}
    assert graph.rolled_up(newest).life_cycle == of_run


def test_the_newest_attempt_counts() -> None:
    tries = [attempt("a", ended(BAD), number=0), attempt("a", ended(OK), number=1)]
    assert graph.rolled_up(graph.latest(tries)).result is Result.SUCCESS
