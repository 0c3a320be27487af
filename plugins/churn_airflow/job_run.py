"""One run in the workspace for each time that Airflow asks for a job, whatever happens to the worker in between."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from airflow.providers.databricks.operators.databricks import DatabricksSubmitRunOperator
from airflow.sdk import Context


class JobRunOperator(DatabricksSubmitRunOperator):
    """Submits a run, or takes up the one that an earlier try has submitted.

    A task asks for a job when it is first scheduled and again whenever somebody clears it; the tries in between, after
    a failure or a lost worker, belong to the same asking. The provider's operator alone goes wrong twice here: a worker
    that dies between the submit and the note of its id leaves a run behind that the next try does not know, and a task
    that is cleared after a success is given the old run and does nothing.

    So every try sends the tokens of the earlier tries first. Databricks answers a known token with its run: one that is
    active or has succeeded is taken up, and only when all have failed does the try submit a run of its own.
    """

    def execute(self, context: Context) -> None:
        """Run the job, as the provider's operator does; what it notes of the run counts for this asking only."""
        self.external_id_key = f"run_id_since_try_{self._first_try(context)}"
        if self.deferrable:
            self.idempotency_token = self._open_token(context)
        super().execute(context)

    def submit_job(self, context: Context) -> int:
        """Submit a run, or take up the one of an earlier try; returns its id."""
        self.idempotency_token = self._open_token(context)
        return int(super().submit_job(context))

    def _open_token(self, context: Context) -> str:
        """The token of the first try since the asking whose run has not failed; this try's own if all have."""
        this_try: int = context["ti"].try_number
        for number in range(self._first_try(context), this_try):
            if not self._has_failed(token := _token(context, number), context):
                return token
        return _token(context, this_try)

    def _has_failed(self, token: str, context: Context) -> bool:
        self.idempotency_token = token
        run_id = self._hook.submit_run(self._prepare_submit_json(context))
        state = self._hook.get_run_state(run_id)
        return bool(state.is_terminal and not state.is_successful)

    def _first_try(self, context: Context) -> int:
        """The number of the try that began this asking.

        When a task is cleared, Airflow adds the task's retries to the tries so far, and calls that `max_tries`.
        """
        ti: Any = context["ti"]
        return int(ti.max_tries) - int(self.retries or 0) + 1


def _token(context: Context, try_number: int) -> str:
    """The same for every sender of the same try, and no other: two Airflows may share a workspace and names of runs."""
    ti: Any = context["ti"]
    began = context["dag_run"].start_date
    asked = (context["dag"].dag_id, context["run_id"], began, ti.task_id, ti.map_index, try_number)
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, asked))))
