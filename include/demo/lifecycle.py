"""The lifecycle, step by step, as a user takes it through Airflow."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from churn.config import Settings
from demo.clients.airflow import AirflowApi, DagRun, TaskAttempt
from demo.errors import LifecycleError
from demo.places import Places
from demo.progress import Phase, Progress

POLL_SECONDS = 0.4
STEP_SECONDS = 900.0
FIRST_DEPTH, SECOND_DEPTH = 4, 8
FINAL = frozenset({"success", "failed"})
SETTLED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
WAITING_FOR_A_PERSON = "awaiting_input"


@dataclass(frozen=True)
class Step:
    """A DAG to run, with what the person at the trigger form fills in."""

    title: str
    dag_id: str
    conf: Mapping[str, Any]


def lifecycle(settings: Settings, source: str) -> list[Step]:
    """The steps that run in Airflow. The second and third, change and release, happen outside of it.

    Args:
        settings: of the environment that the stack runs in.
        source: where `ingest` reads raw customers from.
    """
    ask = {"approval": "ask"}
    return [
        Step(
            f"Step 1: first model, max_depth {FIRST_DEPTH}, to Production",
            "initial_train_register",
            {
                "source": source,
                "confirm_delete_model": settings.registry.model_name,
                "max_depth": FIRST_DEPTH,
                **ask,
            },
        ),
        Step(
            f"Steps 2 to 4: max_depth {SECOND_DEPTH} as a parameter, trained and put into Staging",
            "train",
            {"max_depth": SECOND_DEPTH, **ask},
        ),
        Step("Step 5: the gate between Staging and Production", "deploy_gate", ask),
        Step("Step 6: batch inference with the Production model", "batch_inference", {}),
    ]


@dataclass
class Conductor:
    """Takes steps through Airflow, answers what it asks, and tells what it does."""

    airflow: AirflowApi
    places: Places
    progress: Progress
    check: Callable[[], None]  # raises when a process of the stack has died
    runs: dict[str, DagRun] = field(default_factory=dict)

    def take(self, step: Step) -> DagRun:
        """Run one step to its end.

        Raises:
            LifecycleError: the run failed, or did not end in time. The message holds the failing task's error.
        """
        with self.progress.phase(step.title) as phase:
            run = self.runs[step.dag_id] = self.airflow.trigger(step.dag_id, step.conf)
            told: dict[tuple[str, int], str | None] = {}
            deadline = time.monotonic() + STEP_SECONDS
            while (state := self.airflow.state(run)) not in FINAL:
                self.check()
                self._tell(run, phase, told)
                if time.monotonic() > deadline:
                    raise LifecycleError(f"{run.dag_id} did not end within {STEP_SECONDS:.0f} s: {run.run_id}")
                time.sleep(POLL_SECONDS)
            self._tell(run, phase, told)
        if state != "success":
            raise LifecycleError(self._why(run))
        return run

    def _tell(self, run: DagRun, phase: Phase, told: dict[tuple[str, int], str | None]) -> None:
        attempts = self.airflow.attempts(run)
        for attempt in attempts:
            key = (attempt.task_id, attempt.number)
            if told.get(key) != attempt.state:
                told[key] = attempt.state
                self._announce(run, attempt, phase)
        if any(attempt.state == WAITING_FOR_A_PERSON for attempt in attempts):
            self._approve(run, phase)
        phase.now(", ".join(f"{attempt.task_id}: {attempt.state}" for attempt in attempts if _is_active(attempt)))

    def _announce(self, run: DagRun, attempt: TaskAttempt, phase: Phase) -> None:
        log = self._log(run, attempt)
        if attempt.state == "running":
            phase.begins(f"{attempt.task_id} runs, log: {log}")
        elif attempt.state in {"success", "failed", "up_for_retry"}:
            phase.event(f"{attempt.state:<8} {attempt.task_id:<24} {attempt.seconds or 0:5.1f} s  {log}")

    def _approve(self, run: DagRun, phase: Phase) -> None:
        for approval in self.airflow.open_approvals(run):
            self.airflow.approve(run, approval)
            phase.event(f"approved {approval.task_id}: {approval.subject}")

    def _log(self, run: DagRun, attempt: TaskAttempt) -> str:
        path = self.places.task_logs / f"dag_id={run.dag_id}" / f"run_id={run.run_id}" / f"task_id={attempt.task_id}"
        return str(path / f"attempt={attempt.number}.log")

    def _why(self, run: DagRun) -> str:
        failed = [attempt for attempt in self.airflow.attempts(run) if attempt.state == "failed"]
        return "\n".join(
            [f"{run.dag_id} failed ({run.run_id})."]
            + [
                f"{attempt.task_id}: {error}\nlog: {self._log(run, attempt)}"
                for attempt in failed
                for error in self.airflow.errors(run, attempt)[-1:] or ["no exception in its log"]
            ]
        )


def _is_active(attempt: TaskAttempt) -> bool:
    return attempt.state is not None and attempt.state not in SETTLED
