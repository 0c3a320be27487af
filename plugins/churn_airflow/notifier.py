"""What people are told when a task has failed for good."""

import requests
from airflow.sdk import BaseHook, BaseNotifier, Connection, Context
from airflow.sdk.exceptions import AirflowException

PAGE = "run_page_url"  # the XCom key under which the Databricks operator pushes its run's page
TIMEOUT_SECONDS = 20


class ChurnNotifier(BaseNotifier):
    """Says which task failed, with what, and what the DAG's runbook says to do: in the log, and at an address if given.

    The address takes a POST of `{"text": ...}`, as Slack's incoming webhooks and most of their like do. It is an
    Airflow connection of type HTTP: its host is the address, and a password, if there is one, the secret end of it.

    Args:
        conn_id: the connection; None to write to the log only.
    """

    template_fields = ("conn_id",)

    def __init__(self, conn_id: str | None = None) -> None:
        super().__init__()
        self.conn_id = conn_id

    def notify(self, context: Context) -> None:
        """Write the message to the log, and post it.

        Raises:
            AirflowException: the address does not answer, or refuses; Airflow logs it.
        """
        message = failure_message(context)
        self.log.error("%s", message)
        if self.conn_id:
            _post(message, self.conn_id)


def _post(message: str, conn_id: str) -> None:
    """An error names the connection, since requests' own would tell the address with its secret."""
    try:
        requests.post(
            _url(BaseHook.get_connection(conn_id)), json={"text": message}, timeout=TIMEOUT_SECONDS
        ).raise_for_status()
    except requests.RequestException as error:
        what = type(error).__name__ if error.response is None else f"status {error.response.status_code}"
        raise AirflowException(
            f"Nobody was told: {what} from the connection '{conn_id}'; check its host and password"
        ) from None


def failure_message(context: Context) -> str:
    """DAG, task and run; the first line of the error; the remedy; where to look."""
    task, exception = context["ti"], context.get("exception")
    page = task.xcom_pull(task_ids=task.task_id, key=PAGE)
    lines = [
        f"{task.dag_id}.{task.task_id} failed in the run {task.run_id} at try {task.try_number}: {_error(exception)}",
        f"What to do: {remedy(context['dag'].doc_md or '', task.task_id)}",
        f"Log: {task.log_url}",
        f"Run in the workspace: {page}" if page else "",
    ]
    return "\n".join(line for line in lines if line)


def _error(exception: object) -> str:
    """The first line; an exception may say nothing, and a task that was killed has none."""
    if exception is None:
        return "no exception is known, see its log"
    return next(iter(str(exception).splitlines()), "") or type(exception).__name__


def remedy(runbook: str, task_id: str) -> str:
    """What the last column of a runbook's table says of a task."""
    for line in runbook.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] == f"`{task_id}`":
            return cells[-1]
    return "read the end of the log, correct what it names, and clear the task"


def _url(connection: Connection) -> str:
    host, secret = str(connection.host), connection.password
    scheme = connection.schema or "https"
    address = host if "://" in host else f"{scheme}://{host}" + (f":{connection.port}" if connection.port else "")
    return f"{address.rstrip('/')}/{secret}" if secret else address
