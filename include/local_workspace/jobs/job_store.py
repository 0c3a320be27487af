"""Saved jobs in SQLite."""

import sqlite3
from collections.abc import Iterator

from pydantic import BaseModel

from local_workspace.jobs.paging import Cursor
from local_workspace.jobs.submission import JobSettings


class Job(BaseModel):
    """A job as it was last set; `created` is milliseconds since 1970."""

    job_id: int
    created: int
    settings: JobSettings


class JobStore:
    """Jobs by id."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, job: Job) -> None:
        body = job.model_dump_json(exclude_unset=True)
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?)", (job.job_id, body))

    def job(self, job_id: int) -> Job | None:
        return next(self._jobs("WHERE job_id = ?", job_id), None)

    def delete(self, job_id: int) -> None:
        with self._database:
            self._database.execute("DELETE FROM jobs WHERE job_id = ?", (job_id,))

    def find(self, name: str, cursor: Cursor | None, offset: int, limit: int) -> list[Job]:
        """Jobs from a cursor on; of this name, whatever its case, unless it is empty."""
        conditions, values = ["TRUE"], list[object]()
        if name:
            conditions.append("lower(coalesce(json_extract(body, '$.settings.name'), 'Untitled')) = lower(?)")
            values.append(name)
        if cursor:
            conditions.append(f"job_id {'>' if cursor.newer else '<'} ?")
            values.append(cursor.id)
        order = "ASC" if cursor and cursor.newer else "DESC"
        where = f"WHERE {' AND '.join(conditions)} ORDER BY job_id {order} LIMIT ? OFFSET ?"
        return list(self._jobs(where, *values, limit, offset))

    def _jobs(self, condition: str, *values: object) -> Iterator[Job]:
        rows = self._database.execute(f"SELECT body FROM jobs {condition}", values)  # noqa: S608 - own words # nosec B608
        return (Job.model_validate_json(row["body"]) for row in rows)
