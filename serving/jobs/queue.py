"""The queue: jobs for one library, and what happened to them, in one SQLite file. Knows no library.

Every change is one transaction with the event that tells of it, so that who listens misses
nothing, whenever the process is killed. For several threads of one process.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition
from typing import Any

from recto.engine.errors import InputError

from .job import OPEN, Job, JobEvent, JobFile, JobState, cancelled, ended, fresh
from .room import QueueFull, Room
from .rows import TABLES, delete, insert, select, select_one, tell, update

__all__ = ["MAX_ATTEMPTS", "JobQueue", "QueueFull"]
MAX_ATTEMPTS = 3
"""A file that was being read when the server died so often is taken for what killed it."""
_OTHER_FILES = (
    "This Idempotency-Key came with other files before; give each upload a key of its own."
)


class JobQueue:
    """Jobs wait here in the order in which they came, those of each tenant for themselves: the
    tenant whose turn is longest ago comes next."""

    def __init__(self, folder: Path, *, most: int, most_bytes: int) -> None:
        """In `folder`; at most `most` jobs of a tenant wait, and `most_bytes` of files are kept."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "jobs.sqlite"
        self._room = Room(jobs=most, bytes=most_bytes)
        self._changed = Condition()
        self._turns: list[str] = []
        """Tenants that were served since the start, the last one at the end."""
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(TABLES)
        self._path.chmod(0o600)

    def put(self, job: Job) -> tuple[Job, list[str]]:
        """Let a new job wait; the job, and the ids of those that were forgotten to make room.

        Where there is one with the same `token` it is that one. Raises QueueFull, InputError.
        """
        with self._change() as change:
            if (earlier := _earlier(change, job)) is not None:
                return earlier, []
            forgotten = self._room.make(change, job)
            insert(change, job)
            tell(change, job.id, "state", {"state": job.state})
        return job, forgotten

    def earlier(self, job: Job) -> Job | None:
        """The job that an earlier request with the same `token` left.

        Raises InputError where it brought other files.
        """
        with closing(self._connect()) as connection:
            return _earlier(connection, job)

    def begun(self, job: Job) -> Job | None:
        """As `earlier`, before the files are there.

        Raises InputError where that request named another file, or one from elsewhere; QueueFull.
        """
        with closing(self._connect()) as connection:
            found = _with_token(connection, job)
            if found is None:
                self._room.look(connection, job)
            elif (_names(found), found.replaces) != (_names(job), job.replaces):
                raise InputError(_OTHER_FILES)
            return found

    def take(self, *, timeout: float) -> Job | None:
        """The next job, now running; None when there is none for so many seconds."""
        with self._changed:
            job = self._take()
            if job is None and self._changed.wait(timeout):
                job = self._take()
        return job

    def others_wait(self, tenant: str) -> bool:
        """Whether there is a job of another tenant that might be done meanwhile."""
        with closing(self._connect()) as connection:
            found = connection.execute(
                "SELECT 1 FROM jobs WHERE state = 'waiting' AND tenant <> ? LIMIT 1", (tenant,)
            ).fetchone()
        return found is not None

    def get(self, id: str) -> Job:
        """Raises NotFound."""
        with closing(self._connect()) as connection:
            return select_one(connection, id)

    def of(
        self, tenant: str, *, states: Sequence[JobState] = (), limit: int = 100, offset: int = 0
    ) -> list[Job]:
        """Jobs of one tenant, in one of these states if any are given, the newest first."""
        among = f" AND state IN ({', '.join('?' * len(states))})" if states else ""
        where = f"tenant = ?{among} ORDER BY number DESC LIMIT ? OFFSET ?"
        with closing(self._connect()) as connection:
            return select(connection, where, tenant, *states, limit, offset)

    def keeping(self) -> set[str]:
        """Ids of the jobs whose files are still needed: those that go on or may be retried."""
        with closing(self._connect()) as connection:
            return {job.id for job in select(connection, "state <> 'done'")}

    def counts(self) -> dict[JobState, int]:
        """How many jobs there are, by state."""
        with closing(self._connect()) as connection:
            return dict(
                connection.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall()
            )

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
            job = ended(select_one(change, id), error)
            update(change, job)
            tell(change, id, "state", {"state": job.state, "error": error})
        return job

    def postpone(self, id: str) -> None:
        """A running job makes way, for the end of the server or another tenant, and is no worse for
        it; one that is to be cancelled is over."""
        with self._change() as change:
            job = select_one(change, id)
            later = replace(job, state="waiting", attempts=max(job.attempts - 1, 0))
            later = cancelled(job) if job.cancelling else later
            update(change, later)
            tell(change, id, "state", {"state": later.state})

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
                update(change, cancelled(job))
                tell(change, id, "state", {"state": "cancelled"})
        return self.get(id)

    def retry(self, id: str) -> Job:
        """Try what failed or was cancelled again. Raises NotFound, InputError, QueueFull."""
        with self._change() as change:
            job = select_one(change, id)
            if job.state not in ("failed", "cancelled"):
                raise InputError(f"The job {id} is {job.state}; nothing of it is to be retried.")
            self._room.look(change, job)
            update(change, fresh(job))
            tell(change, id, "state", {"state": "waiting"})
        return self.get(id)

    def remove(self, id: str) -> Job:
        """Forget a job that is over. Raises NotFound, InputError."""
        with self._transaction() as change:
            job = select_one(change, id)
            if job.state in OPEN:
                raise InputError(f"The job {id} is {job.state}; cancel it first.")
            delete(change, [id])
        return job

    def forget(self, before: datetime) -> list[str]:
        """Forget the jobs that are over and came before that time; their ids."""
        when = before.astimezone(UTC).isoformat(timespec="seconds")
        with self._transaction() as change:
            old = select(change, "state NOT IN ('waiting', 'running') AND created < ?", when)
            delete(change, ids := [job.id for job in old])
        return ids

    def recover(self) -> list[Job]:
        """Let the jobs that a dead server was running wait again, without a file that killed it
        again and again; those of which nothing waits are over, and given back."""
        over: list[Job] = []
        with self._change() as change:
            for job in select(change, "state = 'running' ORDER BY number"):
                after = _after_crash(job)
                for index, (file, before) in enumerate(zip(after.files, job.files, strict=True)):
                    if file != before:
                        tell(change, job.id, "file", {"index": index, **file.as_json()})
                update(change, after)
                tell(change, job.id, "state", {"state": after.state, "error": after.error})
                if after.state not in OPEN:
                    over.append(after)
        return over

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

    def _take(self) -> Job | None:
        with self._transaction() as change:
            first = "SELECT min(number) FROM jobs WHERE state = 'waiting' GROUP BY tenant"
            waiting = select(change, f"number IN ({first}) ORDER BY number")
            if not waiting:
                return None
            job = min(waiting, key=lambda job: self._turn(job.tenant))
            taken = replace(job, state="running", attempts=job.attempts + 1)
            update(change, taken)
            tell(change, job.id, "state", {"state": "running"})
        self._turns = [*(tenant for tenant in self._turns if tenant != job.tenant), job.tenant]
        return taken

    def _turn(self, tenant: str) -> int:
        """Lower for who was served longer ago."""
        return self._turns.index(tenant) if tenant in self._turns else -1

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


def _earlier(connection: sqlite3.Connection, job: Job) -> Job | None:
    found = _with_token(connection, job)
    if found is not None and (_names(found), found.bytes) != (_names(job), job.bytes):
        raise InputError(_OTHER_FILES)
    return found


def _with_token(connection: sqlite3.Connection, job: Job) -> Job | None:
    if not job.token:
        return None
    found = select(connection, "tenant = ? AND token = ?", job.tenant, job.token)
    return found[0] if found else None


def _names(job: Job) -> list[str]:
    return [file.name for file in job.files]


def _after_crash(job: Job) -> Job:
    """What becomes of a job that was running when its server died."""
    waiting = [index for index, file in enumerate(job.files) if file.state == "waiting"]
    if job.cancelling or not waiting:
        return ended(job)
    if job.attempts < MAX_ATTEMPTS:
        return replace(job, state="waiting")
    at = waiting[0]  # files are read in their order
    error = f"The server ended {job.attempts} times while it read this file; it is given up."
    failed = replace(job.files[at], state="failed", error=error)
    left = replace(job, files=(*job.files[:at], failed, *job.files[at + 1 :]), attempts=0)
    return replace(left, state="waiting") if len(waiting) > 1 else ended(left)
