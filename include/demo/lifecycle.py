"""The lifecycle, step by step, as a user takes it through Airflow."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from churn.config import Settings
from demo.clients.airflow import Answer, DagRun, Question, TaskAttempt
from demo.clients.workspace import Comparison
from demo.errors import LifecycleError
from demo.installation import Installation
from demo.progress import Phase, Progress

POLL_SECONDS = 0.4
STEP_SECONDS = 900.0
# No person answers at once, and Airflow does not expect it: a task that goes on before the scheduler has taken note of
# its pause counts as failed.
TIME_TO_THINK = timedelta(seconds=3)
FIRST_DEPTH, SECOND_DEPTH = 4, 8
GATE, INFERENCE = "deploy_gate", "batch_inference"
PROMOTE = "PROMOTE"
SUCCESS = "success"
FINAL = frozenset({SUCCESS, "failed"})
TOLD = {SUCCESS: "done", "failed": "FAILED", "up_for_retry": "failed, will be retried:"}
SETTLED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
JOB_RUN = "run_id"  # the key under which the Databricks operator pushes the id of its run
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
        Step("Step 5: the gate between Staging and Production", GATE, ask),
        Step("Step 6: batch inference with the Production model", INFERENCE, {}),
    ]


@dataclass
class Conductor:
    """Takes steps through Airflow, answers what it asks, and tells what it does."""

    stack: Installation
    settings: Settings
    progress: Progress
    runs: dict[str, DagRun] = field(default_factory=dict)
    asked: Callable[[DagRun, Question], None] = lambda _run, _question: None  # before a question is answered

    def take(self, step: Step) -> DagRun:
        """Run one step to its end.

        Raises:
            LifecycleError: the run failed, or did not end in time. The message holds the failing task's error.
        """
        with self.progress.phase(step.title) as phase:
            run = self.runs[step.dag_id] = self.stack.airflow_api.trigger(step.dag_id, step.conf)
            phase.event(f"{step.dag_id}, logs in {self.stack.log(run)}")
            state = self._follow(run, phase)
        if state != SUCCESS:
            raise LifecycleError(self._why(run))
        return run

    def _follow(self, run: DagRun, phase: Phase) -> str:
        """Tell what happens until the run has ended; returns its last state."""
        told: set[tuple[str, int, str | None]] = set()
        deadline = time.monotonic() + STEP_SECONDS
        while True:
            state = self.stack.airflow_api.state(run)  # before the tasks, so that the last round sees their ends
            self._tell(run, phase, told)
            if state in FINAL:
                return state
            self.stack.check()
            if time.monotonic() > deadline:
                raise LifecycleError(f"{run.dag_id} did not end within {STEP_SECONDS:.0f} s: {run.run_id}")
            time.sleep(POLL_SECONDS)

    def _tell(self, run: DagRun, phase: Phase, told: set[tuple[str, int, str | None]]) -> None:
        attempts = self.stack.airflow_api.attempts(run)
        for attempt in attempts:
            key = (attempt.task_id, attempt.number, attempt.state)
            if key not in told:
                told.add(key)
                _announce(attempt, phase)
        if waiting := [attempt for attempt in attempts if attempt.state == WAITING_FOR_A_PERSON]:
            self._answer(run, phase, {attempt.task_id: attempt.number for attempt in waiting})
        phase.now([attempt.task_id for attempt in attempts if _is_active(attempt)])

    def _answer(self, run: DagRun, phase: Phase, tries: Mapping[str, int]) -> None:
        """Answer what has been open for long enough: longer when an answer came too early for a busy machine."""
        for question in self.stack.airflow_api.open_questions(run):
            if datetime.now(UTC) - question.asked_at < TIME_TO_THINK * tries.get(question.task_id, 1):
                continue
            self.asked(run, question)
            answer = self._opinion(run)
            self.stack.airflow_api.answer(run, question, answer)
            phase.event(f"{answer:<9} {question.subject}")

    def _opinion(self, run: DagRun) -> Answer:
        """Overrule no verdict: where the gate asks because it cannot tell, nobody here can."""
        if run.dag_id == GATE and self.comparison().verdict != PROMOTE:
            return Answer.REJECT
        return Answer.APPROVE

    def comparison(self) -> Comparison:
        """The record of the gate's decision.

        Raises:
            KeyError: the gate did not run yet.
        """
        return self.stack.workspace_api.comparison(self.settings.tracking.deploy_experiment, self.runs[GATE].run_id)

    def _why(self, run: DagRun) -> str:
        failed = [attempt for attempt in self.stack.airflow_api.attempts(run) if attempt.state == "failed"]
        lines = [f"{run.dag_id} failed ({run.run_id})."]
        for attempt in failed:
            lines += [f"{attempt.task_id}: {self._error(run, attempt)}", f"log: {self.stack.log(run, attempt)}"]
        return "\n".join(lines)

    def last_words(self, dag_id: str, task_id: str) -> str:
        """The last line that the job of a task printed.

        Raises:
            LifecycleError: the task ran no job.
        """
        job_run = self.stack.airflow_api.pushed(self.runs[dag_id], task_id, JOB_RUN)
        if job_run is None:
            raise LifecycleError(f"{task_id} of {dag_id} left no run in the workspace")
        return self.stack.workspace_api.said(int(job_run))[-1]

    def _error(self, run: DagRun, attempt: TaskAttempt) -> str:
        """What the job said, or what the task itself failed with."""
        job_run = self.stack.airflow_api.pushed(run, attempt.task_id, JOB_RUN)
        said = self.stack.workspace_api.error(int(job_run)) if job_run else None
        return said or next(iter(self.stack.airflow_api.errors(run, attempt)), "no exception in its log")


def _announce(attempt: TaskAttempt, phase: Phase) -> None:
    if attempt.state == "running":
        phase.begins(f"running   {attempt.task_id}")
    elif attempt.state in TOLD:
        phase.event(f"{TOLD[attempt.state]:<9} {attempt.task_id} ({attempt.seconds or 0:.1f} s)")


def _is_active(attempt: TaskAttempt) -> bool:
    return attempt.state is not None and attempt.state not in SETTLED
