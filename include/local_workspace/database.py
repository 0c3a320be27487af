"""The SQLite file that holds the workspace's state, and the tables in it."""

import sqlite3
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS jobs (job_id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS job_runs (
    run_id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL, started INTEGER NOT NULL, active INTEGER NOT NULL,
    is_of_job INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS job_runs_by_job ON job_runs (job_id, started);
CREATE INDEX IF NOT EXISTS job_runs_by_activity ON job_runs (active, started);
CREATE TABLE IF NOT EXISTS task_runs (
    run_id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL, active INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS task_runs_by_parent ON task_runs (parent_id);
CREATE TABLE IF NOT EXISTS idempotency_tokens (token TEXT PRIMARY KEY, run_id INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS last_id (value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS catalog_databases (name TEXT PRIMARY KEY, location TEXT NOT NULL, comment TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS catalog_tables (
    database TEXT NOT NULL, name TEXT NOT NULL, provider TEXT NOT NULL, location TEXT NOT NULL, comment TEXT NOT NULL,
    PRIMARY KEY (database, name)
);
"""


def open_database(path: Path) -> sqlite3.Connection:
    """Open or create the file.

    What changes anything stands in a `with connection`, which commits; outside of one, Python begins a transaction and
    leaves it open, and nobody else can write. What has been committed survives the end of the process; it need not
    survive a power cut, so no commit waits for the disk.
    """
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.executescript(_TABLES)
    return connection
