"""The queue: jobs, and what happened to them, in one SQLite file. Knows no library.

Every change is one transaction with the event that tells of it, so that who listens misses
nothing, whenever the process is killed. For several threads of one process.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition
from typing import Any

from recto.engine.errors import InputError, OutsideError

from .job import OPEN, Job, JobEvent, JobFile, JobState
from .rows import TABLES, insert, select, select_one, tell, update

MAX_ATTEMPTS = 3
"""A job that was running when the server died so often is taken for what killed it."""


class QueueFull(OutsideError):
    """More jobs wait than the operator allows; later there may be room."""


class JobQueue:
    """Jobs wait here in the order in which they came, each library for itself."""

    def __init__(self, folder: Path, *, most: int) -> None:
        """In `folder`; at most `most` jobs wait in one library."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "jobs.sqlite"
        self._most = most
        self._changed = Condition()
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(TABLES)
        self._path.chmod(0o600)

    def put(self, job: Job) -> None:
        """Let a new job wait. Raises QueueFull."""
        with self._change() as change:
            self._look_for_room(change, job)
            insert(change, job)
            tell(change, job.id, "state", {"state": job.state})

    def _look_for_room(self, change: sqlite3.Connection, job: Job) -> None:
        if _count(change, job) >= self._most:
            raise QueueFull(
                f"As many uploads as may wait for the library {job.library} are waiting; try again"
                " when some of them are done."
            )

    def take(self, library: str, *, timeout: float) -> Job | None:
        """The job that has waited longest, now running; None when there is none for so long."""
        with self._changed:
            job = self._take(library)
            if job is None and self._changed.wait(timeout):
                job = self._take(library)
        return job

    def get(self, id: str) -> Job:
        """Raises NotFound."""
        with closing(self._connect()) as connection:
            return select_one(connection, id)

    def of(self, library: str, tenant: str, *, limit: int = 100) -> list[Job]:
        """Jobs of one tenant, the newest first."""
        with closing(self._connect()) as connection:
            return select(
                connection,
                "library = ? AND tenant = ? ORDER BY number DESC LIMIT ?",
                *(library, tenant, limit),
            )

    def open(self) -> set[str]:
        """Ids of the jobs whose files are still needed: those that go on or may be retried."""
        with closing(self._connect()) as connection:
            return {job.id for job in select(connection, "state <> 'done'")}

    def counts(self) -> dict[tuple[str, JobState], int]:
        """How many jobs there are, by library and state."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT library, state, count(*) FROM jobs GROUP BY library, state"
            ).fetchall()
        return {(library, state): count for library, state, count in rows}

    def note_page(self, id: str, data: Mapping[str, Any]) -> None:
        """Tell how far a job is. Takes the place of what was told of that before."""
        with self._change() as change:
            change.execute(
                "DELETE FROM events WHERE job = ? AND kind = 'page' AND number < "
                "(SELECT max(number) FROM events WHERE job = ?)",
                (id, id),
            )
            tell(change, id, "page", data)

    def note_file(self, id: str, index: int, file: JobFile) -> None:
        """A file of a job is done, this being what became of it."""
        with self._change() as change:
            job = select_one(change, id)
            files = (*job.files[:index], file, *job.files[index + 1 :])
            update(change, replace(job, files=files))
            tell(change, id, "file", {"index": index, **file.as_json()})

    def finish(self, id: str, *, error: str = "") -> Job:
        """A job has ended: what of it failed decides how; `error` is what stopped all of it."""
        with self._change() as change:
            job = select_one(change, id)
            failed = error or any(file.state in ("failed", "waiting") for file in job.files)
            state: JobState = "cancelled" if job.cancelling else "failed" if failed else "done"
            files = job.files
            if state == "cancelled":
                files = tuple(
                    replace(f, state="cancelled") if f.state == "waiting" else f for f in files
                )
            update(change, replace(job, state=state, error=error, files=files, cancelling=False))
            tell(change, id, "state", {"state": state, "error": error})
        return self.get(id)

    def postpone(self, id: str) -> None:
        """A running job was interrupted by the end of the server, and is no worse for it."""
        with self._change() as change:
            job = select_one(change, id)
            update(change, replace(job, state="waiting", attempts=max(job.attempts - 1, 0)))
            tell(change, id, "state", {"state": "waiting"})

    def cancel(self, id: str) -> Job:
        """At once when it waits, soon when it runs. Raises NotFound; InputError when it is over."""
        with self._change() as change:
            job = select_one(change, id)
            if job.state not in OPEN:
                raise InputError(
                    f"The job {id} is {job.state}; only one that goes on is cancelled."
                )
            if job.state == "running":
                update(change, replace(job, cancelling=True))
            else:
                files = tuple(replace(file, state="cancelled") for file in job.files)
                update(change, replace(job, state="cancelled", files=files))
                tell(change, id, "state", {"state": "cancelled"})
        return self.get(id)

    def retry(self, id: str) -> Job:
        """Try what failed or was cancelled again. Raises NotFound, InputError, QueueFull."""
        with self._change() as change:
            job = select_one(change, id)
            if job.state not in ("failed", "cancelled"):
                raise InputError(f"The job {id} is {job.state}; nothing of it is to be retried.")
            self._look_for_room(change, job)
            files = tuple(
                JobFile(name=file.name) if file.state in ("failed", "cancelled") else file
                for file in job.files
            )
            update(change, replace(job, state="waiting", files=files, attempts=0, error=""))
            tell(change, id, "state", {"state": "waiting"})
        return self.get(id)

    def forget(self, before: datetime) -> list[str]:
        """Forget the jobs that are over and came before that time; their ids."""
        with self._transaction() as change:
            ids = [
                id
                for (id,) in change.execute(
                    "DELETE FROM jobs WHERE state NOT IN ('waiting', 'running') "
                    "AND json_extract(job, '$.created') < ? RETURNING id",
                    (before.astimezone(UTC).isoformat(timespec="seconds"),),
                )
            ]
            change.executemany("DELETE FROM events WHERE job = ?", [(id,) for id in ids])
        return ids

    def recover(self) -> None:
        """Let the jobs that a dead server was running wait again, unless they killed it."""
        with self._change() as change:
            for job in select(change, "state = 'running' ORDER BY number"):
                again = job.attempts < MAX_ATTEMPTS
                state: JobState = "waiting" if again else "failed"
                error = "" if again else f"The server ended {job.attempts} times during this job."
                update(change, replace(job, state=state, error=error))
                tell(change, job.id, "state", {"state": state, "error": error})

    def events(self, id: str, *, after: int = 0) -> list[JobEvent]:
        """What has happened to a job since its event number `after`."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT number, kind, data FROM events WHERE job = ? AND number > ? "
                "ORDER BY number",
                (id, after),
            ).fetchall()
        return [JobEvent(number=n, kind=kind, data=json.loads(data)) for n, kind, data in rows]

    def wake(self) -> None:
        """Let who waits in `take` look whether it is still wanted."""
        with self._changed:
            self._changed.notify_all()

    def _take(self, library: str) -> Job | None:
        with self._transaction() as change:
            waiting = select(
                change, "library = ? AND state = 'waiting' ORDER BY number LIMIT 1", library
            )
            if not waiting:
                return None
            job = waiting[0]
            taken = replace(job, state="running", attempts=job.attempts + 1)
            update(change, taken)
            tell(change, job.id, "state", {"state": "running"})
        return taken

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """A transaction, of which those who wait are told."""
        with self._transaction() as connection:
            yield connection
        self.wake()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=30, isolation_level=None)


def _count(connection: sqlite3.Connection, job: Job) -> int:
    """Of the same tenant: nobody fills the queue for others."""
    (count,) = connection.execute(
        "SELECT count(*) FROM jobs WHERE library = ? AND tenant = ?"
        " AND state IN ('waiting', 'running')",
        (job.library, job.tenant),
    ).fetchone()
    return int(count)
