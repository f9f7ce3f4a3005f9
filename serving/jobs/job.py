"""What is known of a job: uploaded files on their way into a library."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

Value = str | int | float | bool

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
"""    waiting ──► running ──► done        every file is in the library
                     │    └─► failed      at least one is not; `retry` tries these again
    any of the first two ──► cancelled

A server that is killed leaves running jobs, which wait again when it starts."""
OPEN: frozenset[JobState] = frozenset({"waiting", "running"})
FileState = Literal["waiting", "added", "replaced", "unchanged", "failed", "cancelled"]


def new_id() -> str:
    """Not to be guessed: an id is no right, but it should not be a hint either."""
    return uuid.uuid4().hex


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFile:
    """One file of a job."""

    name: str
    state: FileState = "waiting"
    document_id: str = ""
    pages: int = 0
    """Pages that were read."""
    clips: int = 0
    """Clips of sound and film that were encoded, and pages beside them."""
    skipped: int = 0
    """Pages and clips that could not be read."""
    error: str = ""
    """Why it failed, in the words of the error."""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "state": self.state,
            "document_id": self.document_id,
            "pages": self.pages,
            "clips": self.clips,
            "skipped": self.skipped,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Files that one request brought."""

    id: str = field(default_factory=new_id)
    tenant: str
    files: tuple[JobFile, ...]
    bytes: int = 0
    """Of all files together."""
    token: str = ""
    """By which a request that is sent again is known; "" for one that has none."""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Value] = field(default_factory=dict)
    replaces: str = ""
    """Where the one file comes from, or the document whose place it takes; "" for what comes from
    nowhere else than this upload."""
    state: JobState = "waiting"
    created: str = field(default_factory=_now)
    """ISO 8601, UTC."""
    attempts: int = 0
    """How often it was begun."""
    error: str = ""
    """What stopped all of it, if something did."""
    cancelling: bool = False
    """Whether it is to be cancelled as soon as the page at hand is done."""

    def as_json(self) -> dict[str, Any]:
        return {
            "job": self.id,
            "state": self.state,
            "files": [file.as_json() for file in self.files],
            "tags": list(self.tags),
            "metadata": dict(self.metadata),
            "created": self.created,
            "attempts": self.attempts,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """Something that happened to a job. Later events have higher numbers, from 1."""

    number: int
    kind: Literal["state", "file", "page"]
    data: dict[str, Any]


def cancelled(job: Job) -> Job:
    """A job that is cancelled, with those of its files that were not read yet."""
    files = tuple(
        replace(file, state="cancelled") if file.state == "waiting" else file for file in job.files
    )
    return replace(job, state="cancelled", files=files, cancelling=False)


def ended(job: Job, error: str = "") -> Job:
    """A job that is over: what of it failed decides how; `error` is what stopped all of it."""
    if job.cancelling:
        return replace(cancelled(job), error=error)
    failed = error or any(file.state in ("failed", "waiting") for file in job.files)
    return replace(job, state="failed" if failed else "done", error=error)


def fresh(job: Job) -> Job:
    """A job that waits to be tried again, with those of its files that failed or were cancelled."""
    files = tuple(
        JobFile(name=file.name) if file.state in ("failed", "cancelled") else file
        for file in job.files
    )
    return replace(job, state="waiting", files=files, attempts=0, error="", cancelling=False)
