"""Jobs as rows of SQLite, and back. Knows no order among them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from recto.engine.errors import NotFound

from .job import Job, JobFile

# What is searched for has a column of its own; the whole job is JSON.
TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, tenant TEXT NOT NULL,
    state TEXT NOT NULL, bytes INTEGER NOT NULL, token TEXT NOT NULL, created TEXT NOT NULL,
    job TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, tenant, number);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_by_token ON jobs (tenant, token) WHERE token <> '';
CREATE TABLE IF NOT EXISTS events (
    job TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (job, number)) WITHOUT ROWID;
"""


def insert(connection: sqlite3.Connection, job: Job) -> None:
    connection.execute(
        "INSERT INTO jobs (id, tenant, state, bytes, token, created, job)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (job.id, job.tenant, job.state, job.bytes, job.token, job.created, _text(job)),
    )


def update(connection: sqlite3.Connection, job: Job) -> None:
    connection.execute(
        "UPDATE jobs SET state = ?, job = ? WHERE id = ?", (job.state, _text(job), job.id)
    )


def delete(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Jobs, and what happened to them."""
    rows = [(id,) for id in ids]
    connection.executemany("DELETE FROM jobs WHERE id = ?", rows)
    connection.executemany("DELETE FROM events WHERE job = ?", rows)


def select(connection: sqlite3.Connection, where: str, *values: object) -> list[Job]:
    """The jobs that fulfil a condition, which is text of ours."""
    rows = connection.execute(f"SELECT job FROM jobs WHERE {where}", values).fetchall()
    return [_job(json.loads(text)) for (text,) in rows]


def select_one(connection: sqlite3.Connection, id: str) -> Job:
    """Raises NotFound."""
    found = select(connection, "id = ?", id)
    if not found:
        raise NotFound(f"There is no job {id!r}.")
    return found[0]


def number_of(connection: sqlite3.Connection, what: str, where: str, *values: object) -> int:
    """A count or sum over the jobs that fulfil a condition; both are text of ours."""
    (found,) = connection.execute(f"SELECT {what} FROM jobs WHERE {where}", values).fetchone()
    return int(found or 0)


def tell(connection: sqlite3.Connection, id: str, kind: str, data: Mapping[str, Any]) -> None:
    """Add an event to those of a job."""
    connection.execute(
        "INSERT INTO events SELECT ?, coalesce(max(number), 0) + 1, ?, ? FROM events WHERE job = ?",
        (id, kind, json.dumps(data), id),
    )


def _text(job: Job) -> str:
    return json.dumps(asdict(job))


def _job(fields: dict[str, Any]) -> Job:
    files = tuple(JobFile(**file) for file in fields.pop("files"))
    return Job(files=files, tags=tuple(fields.pop("tags")), **fields)
