"""One run from a console: submitted, followed to its end, cancelled when the person at the console leaves."""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError
from databricks.sdk.service.jobs import JobEnvironment, Run, RunLifeCycleState, RunResultState, SubmitTask

POLL_SECONDS = 1.0
REMEMBERED = 1_000  # characters by which the end of what was printed is found again in a log whose beginning is gone
ENDED = {
    RunLifeCycleState.TERMINATED,
    RunLifeCycleState.SKIPPED,
    RunLifeCycleState.INTERNAL_ERROR,
}
SUCCEEDED, FAILED = 0, 1
EXIT_CODES = {  # as shells have them: 124 of `timeout`, 130 after Ctrl-C
    RunResultState.SUCCESS: SUCCEEDED,
    RunResultState.TIMEDOUT: 124,
    RunResultState.CANCELED: 130,
}


def submit(client: WorkspaceClient, body: Mapping[str, Any]) -> int:
    """Submit a request that `churn.submission` built; returns the id of the run.

    A request that the SDK repeats, since its answer was lost, starts nothing twice.
    """
    waiting = client.jobs.submit(
        run_name=body["run_name"],
        tasks=[SubmitTask.from_dict(task) for task in body["tasks"]],
        environments=[JobEnvironment.from_dict(environment) for environment in body.get("environments", [])] or None,
        idempotency_token=uuid4().hex,
    )
    return int(waiting.run_id)


@dataclass
class Follower:
    """Tells what becomes of a run.

    Attributes:
        client: of the run's workspace.
        say: takes a sentence about the run.
        write: takes what the job printed, in pieces.
        poll_seconds: between two looks.
    """

    client: WorkspaceClient
    say: Callable[[str], None]
    write: Callable[[str], None]
    poll_seconds: float = POLL_SECONDS
    _printed: str = field(default="", init=False)

    def follow(self, run_id: int) -> int:
        """Tell of a run until it has ended; returns the exit code that its result stands for.

        Ctrl-C cancels the run and waits for its end; a second one leaves it to the workspace.
        """
        try:
            return self._until_ended(run_id)
        except KeyboardInterrupt:
            self.say(f"Cancelling run {run_id}")
            self.client.jobs.cancel_run(run_id)
            return self._until_ended(run_id)

    def _until_ended(self, run_id: int) -> int:
        told = ""
        while True:
            run = self.client.jobs.get_run(run_id)
            ended = run.state.life_cycle_state in ENDED
            self._stream(run, surely=ended)
            if (state := _state(run)) != told:
                self.say(f"Run {run_id} is {state}, see {run.run_page_url}")
                told = state
            if ended:
                return EXIT_CODES.get(run.state.result_state, FAILED)
            time.sleep(self.poll_seconds)

    def _stream(self, run: Run, *, surely: bool) -> None:
        """Write what is new. Before a task has begun there is no output, and some compute gives it at the end only."""
        with nullcontext() if surely else suppress(DatabricksError):
            output = self._output(run)
            self._write_news(output.logs or "")
            if output.error:
                self.say(output.error)

    def _output(self, run: Run) -> Any:
        return self.client.jobs.get_run_output(max(int(task.run_id) for task in run.tasks))

    def _write_news(self, log: str) -> None:
        if news := unseen(self._printed, log):
            self.write(news)
            self._printed = log


def unseen(printed: str, log: str) -> str:
    """The end of a log that was not printed yet.

    Args:
        printed: the log as it was when it was printed last.
        log: as it is now. A workspace gives the last megabytes only, so that its beginning may be gone.
    """
    if log.startswith(printed):
        return log[len(printed) :]
    _gone, known, after = log.rpartition(printed[-REMEMBERED:])
    return after if known else log


def _state(run: Run) -> str:
    result = run.state.result_state
    words = (run.state.life_cycle_state.value, result.value if result else "", run.state.state_message or "")
    return " ".join(word for word in words if word)
