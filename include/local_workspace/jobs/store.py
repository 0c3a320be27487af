"""Jobs and runs in SQLite. Bodies are JSON; a column stands beside them for all that is searched by."""

import sqlite3
import time
from collections.abc import Iterator

from local_workspace.jobs.records import JobRun, TaskRun


class RunStore:
    """Runs, their tasks' attempts, and the tokens that protect against submitting twice."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def new_id(self) -> int:
        """An id that this workspace never gave out, nor one that stood here before a reset: microseconds, ascending."""
        row = self._database.execute("SELECT value FROM last_id").fetchone()
        value = max(time.time_ns() // 1000, (row["value"] if row else 0) + 1)
        with self._database:
            self._database.execute("DELETE FROM last_id")
            self._database.execute("INSERT INTO last_id VALUES (?)", (value,))
        return value

    def add(self, run: JobRun, attempts: list[TaskRun], token: str | None) -> None:
        """Remember a new run, all of it or nothing."""
        with self._database:
            self._put_run(run)
            for attempt in attempts:
                self._put_attempt(attempt)
            if token:
                self._database.execute("INSERT INTO idempotency_tokens VALUES (?, ?)", (token, run.run_id))

    def put_run(self, run: JobRun) -> None:
        with self._database:
            self._put_run(run)

    def put_attempt(self, attempt: TaskRun) -> None:
        with self._database:
            self._put_attempt(attempt)

    def _put_run(self, run: JobRun) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO job_runs VALUES (?, ?, ?, ?, ?, ?)",
            (
                run.run_id,
                run.job_id,
                run.started,
                not run.state.is_final,
                run.is_of_job,
                run.model_dump_json(exclude_unset=True),
            ),
        )

    def _put_attempt(self, attempt: TaskRun) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO task_runs VALUES (?, ?, ?, ?)",
            (
                attempt.run_id,
                attempt.parent_id,
                not attempt.state.is_final,
                attempt.model_dump_json(exclude_unset=True),
            ),
        )

    def run(self, run_id: int) -> JobRun | None:
        return next(self._runs("WHERE run_id = ?", run_id), None)

    def attempt(self, run_id: int) -> TaskRun | None:
        rows = self._database.execute("SELECT body FROM task_runs WHERE run_id = ?", (run_id,))
        return next((TaskRun.model_validate_json(row["body"]) for row in rows), None)

    def attempts(self, parent_id: int) -> list[TaskRun]:
        """Every attempt at every task of a run, in the order of their making."""
        rows = self._database.execute("SELECT body FROM task_runs WHERE parent_id = ? ORDER BY run_id", (parent_id,))
        return [TaskRun.model_validate_json(row["body"]) for row in rows]

    def active_runs(self) -> list[JobRun]:
        return list(self._runs("WHERE active"))

    def _runs(self, condition: str, *values: object) -> Iterator[JobRun]:
        rows = self._database.execute(f"SELECT body FROM job_runs {condition}", values)  # noqa: S608 - own words # nosec B608
        return (JobRun.model_validate_json(row["body"]) for row in rows)

    def page(self, where: dict[str, object], offset: int, limit: int, *, oldest_first: bool = False) -> list[JobRun]:
        """Runs, newest first, whose columns have these values; `"started >="` compares in that way instead."""
        condition = " AND ".join(f"{name} ?" if " " in name else f"{name} = ?" for name in where) or "TRUE"
        order = f"ORDER BY run_id {'ASC' if oldest_first else 'DESC'} LIMIT ? OFFSET ?"
        return list(self._runs(f"WHERE {condition} {order}", *where.values(), limit, offset))

    def runs_of_job(self, job_id: int, *, active_only: bool = False) -> list[JobRun]:
        return list(self._runs(f"WHERE job_id = ?{' AND active' if active_only else ''}", job_id))

    def run_of_token(self, token: str) -> int | None:
        row = self._database.execute("SELECT run_id FROM idempotency_tokens WHERE token = ?", (token,)).fetchone()
        return row["run_id"] if row else None

    def delete(self, run_id: int) -> None:
        """Forget a run; its token stays taken."""
        with self._database:
            self._database.execute("DELETE FROM task_runs WHERE parent_id = ?", (run_id,))
            self._database.execute("DELETE FROM job_runs WHERE run_id = ?", (run_id,))
