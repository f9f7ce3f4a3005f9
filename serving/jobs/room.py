"""How much is kept of the jobs of one tenant, so that nobody fills the disk or the queue for the
others. What is over makes room first: the oldest failed and cancelled jobs, with their files."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from recto.engine.errors import OutsideError

from .job import Job
from .rows import delete, number_of, select

_OPEN = "state IN ('waiting', 'running')"
_OVER = "state NOT IN ('waiting', 'running')"


class QueueFull(OutsideError):
    """More waits than the operator allows; later there may be room."""


@dataclass(frozen=True, slots=True)
class Room:
    """For the jobs of each tenant."""

    jobs: int
    """That wait or run; as many more that are over are remembered."""
    bytes: int
    """Of files that are kept: of all jobs but those that are done."""

    def look(self, connection: sqlite3.Connection, job: Job) -> None:
        """Raises QueueFull when as many jobs of its tenant wait as may."""
        if number_of(connection, "count(*)", f"tenant = ? AND {_OPEN}", job.tenant) >= self.jobs:
            raise QueueFull(
                "As many uploads as may wait are waiting; try again when some of them are done."
            )

    def make(self, connection: sqlite3.Connection, job: Job) -> list[str]:
        """Let there be room for a new job; the ids of those that were forgotten for it.

        Raises QueueFull.
        """
        self.look(connection, job)
        tenant = job.tenant
        over = select(connection, f"tenant = ? AND {_OVER} ORDER BY number", tenant)
        gone = [old.id for old in over[: max(len(over) - self.jobs + 1, 0)]]
        delete(connection, gone)
        kept = number_of(connection, "sum(bytes)", "tenant = ? AND state <> 'done'", tenant)
        for old in over[len(gone) :]:
            if kept + job.bytes <= self.bytes:
                break
            if old.state != "done":
                kept -= old.bytes
                gone.append(old.id)
                delete(connection, [old.id])
        if kept + job.bytes > self.bytes:
            raise QueueFull(
                f"{job.bytes:,} bytes are sent and {kept:,} wait already; this server keeps"
                f" {self.bytes:,} at most. Try again when some uploads are done, or send less."
            )
        return gone
