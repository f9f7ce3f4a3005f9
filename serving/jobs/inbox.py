"""What a server keeps of the documents that are on their way into one library: the queue of jobs
and their files, in a folder that belongs to this library and that one server holds at a time.

The folder is named by where the library is, not by what a server calls it: two servers may each
have a library "main", and neither reads what was sent to the other.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from recto.engine.closing import Closing
from recto.engine.errors import DiskFull, LibraryBusy
from recto.engine.store.lock import lock_file
from recto.places import FolderPlace, place_of

from .job import Job
from .queue import JobQueue
from .uploads import Uploads

_FOLDER = "inboxes"


class Inbox(Closing):
    """Held from when it is made until it is closed, or its process ends."""

    def __init__(self, state: Path, place: str, *, most: int, most_bytes: int) -> None:
        """Of the library at `place`, in the state folder of a server. `most` jobs and `most_bytes`
        of their files are kept for one tenant.

        Raises LibraryBusy where another server holds it.
        """
        folder = state / _FOLDER / _folder_name(place)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock: int | None = _locked(folder, place)
        self.queue = JobQueue(folder, most=most, most_bytes=most_bytes)
        self.uploads = Uploads(folder)
        self.uploads.sweep(self.queue.keeping())

    def put(self, job: Job, files: Sequence[BinaryIO]) -> Job:
        """Keep the files of a job, then let it wait; a crash between leaves files that are swept.

        Gives the job, or the one that an earlier request with the same `token` left. Raises
        QueueFull, DiskFull; InputError where that one brought other files.
        """
        if (earlier := self.queue.earlier(job)) is not None:
            return earlier
        try:
            self.uploads.keep(job.id, [file.name for file in job.files], files)
            kept, forgotten = self.queue.put(job)
        except OSError as error:
            self.uploads.remove(job.id)
            raise DiskFull(f"The upload could not be kept: {error.strerror}.") from error
        except BaseException:
            self.uploads.remove(job.id)
            raise
        if kept.id != job.id:
            self.uploads.remove(job.id)
        self._remove(forgotten)
        return kept

    def remove(self, id: str) -> Job:
        """Forget a job that is over, with its files. Raises NotFound, InputError."""
        removed = self.queue.remove(id)
        self.uploads.remove(id)
        return removed

    def forget(self, before: datetime) -> None:
        """Forget what was over before that time, with the files that are left of it."""
        self._remove(self.queue.forget(before))

    def close(self) -> None:
        """Let another server have it. May be called twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _remove(self, jobs: Sequence[str]) -> None:
        for job in jobs:
            self.uploads.remove(job)


def identity(place: str) -> str:
    """The same for every way to name the place of one library."""
    found = place_of(place)
    return str(found.folder.resolve()) if isinstance(found, FolderPlace) else str(found)


def _folder_name(place: str) -> str:
    return sha256(identity(place).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _locked(folder: Path, place: str) -> int:
    try:
        return lock_file(folder / "lock", owner=os.getpid())
    except LibraryBusy as error:
        raise LibraryBusy(
            f"Another recto serve takes uploads for {place} with the same state folder; stop it, or"
            " give this one a folder of its own by --state."
        ) from error
