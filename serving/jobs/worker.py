"""One thread for each library, which adds what the queue holds for it, one job after the other.

A server that ends lets go of the page at hand, and the job waits again; what is in the library is
not read twice. After each file a job makes way for one of another tenant. What earlier jobs left
half done is removed and never completed: it may be what ended the server.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from recto.engine.closing import Closing
from recto.engine.errors import LibraryBusy, RectoError
from recto.indexing.outcome import Outcome, OutcomeKind
from recto.indexing.progress import Progress
from recto.library import Library
from recto.serving.telling import tellable

from .inbox import Inbox
from .job import FileState, Job, JobFile
from .uploads import safe_name

_log = logging.getLogger("recto.jobs")
_PATIENCE = 1.0
"""Seconds after which a thread without work looks whether it is still wanted."""
_EVERY = 0.5
"""Seconds between two notes of how far a job is."""


class _Interrupted(BaseException):
    """Leaves `Library.add` between two pages, as Ctrl-C does."""


class _TooLong(BaseException):
    """Leaves it for a document of more pages than the operator allows."""

    def __init__(self, pages: int) -> None:
        self.pages = pages


class JobWorker(Closing):
    """Works for one library until it is closed."""

    def __init__(
        self,
        name: str,
        library_of: Callable[[str], Library],
        inbox: Inbox,
        *,
        max_pages: int,
        crossmodal_pages: bool = False,
        on_file: Callable[[JobFile], None],
    ) -> None:
        """`library_of` gives the library confined to a tenant; `on_file` is told what became of
        each file. With `crossmodal_pages` pages and pictures join sound and film where the library
        has an encoder of these."""
        self._name = name
        self._library_of = library_of
        self._queue = inbox.queue
        self._uploads = inbox.uploads
        self._max_pages = max_pages
        self._crossmodal_pages = crossmodal_pages
        self._on_file = on_file
        self._left = {job.tenant for job in self._queue.recover()}
        """Tenants in whose documents a job that is over may have left one half done."""
        self._ending = Event()
        self._thread = Thread(target=self._run, name=f"jobs of {name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the page at hand."""
        self._ending.set()
        self._queue.wake()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._next()
            except Exception:  # a full disk, a locked queue: nothing must end the thread
                _log.exception("jobs of %s", self._name)
                self._ending.wait(_PATIENCE)

    def _next(self) -> None:
        self._tidy()
        job = self._queue.take(timeout=_PATIENCE)
        if job is None:
            return
        try:
            self._work(job)
        except LibraryBusy:
            self._queue.postpone(job.id)
            self._ending.wait(_PATIENCE)
        except Exception as error:
            _log.exception("job %s", job.id)
            self._queue.finish(job.id, error=f"recto failed with {type(error).__name__}.")

    def _tidy(self) -> None:
        for tenant in sorted(self._left):
            try:
                self._library_of(tenant).forget_unfinished()
            except LibraryBusy:
                return  # later
            self._left.discard(tenant)

    def _work(self, job: Job) -> None:
        library = self._library_of(job.tenant)
        error = ""
        try:
            library.forget_unfinished(but=_origins(job))
            if not self._read(library, job):
                self._queue.postpone(job.id)
                return
        except LibraryBusy:
            raise
        except RectoError as stopping:  # no room, no store: the rest would fail, too
            _log.error("job %s: %s", job.id, stopping)
            error = tellable(stopping)
        except _Interrupted:
            if not self._queue.get(job.id).cancelling:
                self._queue.postpone(job.id)  # what is half there is completed when it goes on
                return
            library.forget_unfinished()
        if self._queue.finish(job.id, error=error).state == "done":
            self._uploads.remove(job.id)

    def _read(self, library: Library, job: Job) -> bool:
        """Whether all files of a job have been read, rather than another tenant's turn come."""
        for index, file in enumerate(job.files):
            if file.state == "waiting":
                became = self._add_or_refuse(library, job, index, file)
                self._queue.note_file(job.id, index, became)
                self._on_file(became)
                if index < len(job.files) - 1 and self._queue.others_wait(job.tenant):
                    return False
        return True

    def _add_or_refuse(self, library: Library, job: Job, index: int, file: JobFile) -> JobFile:
        try:
            return self._add(library, job, index, file)
        except _TooLong as long:
            library.forget_unfinished()
            error = (
                f"{file.name} has {long.pages} pages; this server takes {self._max_pages} at most."
            )
            return JobFile(name=file.name, state="failed", error=error)

    def _add(self, library: Library, job: Job, index: int, file: JobFile) -> JobFile:
        path = self._uploads.place(job.id, index, file.name)
        origin = _origin(job, index)
        report = library.add(
            path,
            origin=origin,
            tags=job.tags,
            metadata=job.metadata,
            crossmodal=self._crossmodal_pages and library.crossmodal is not None,
            on_progress=self._note_progress(job, index),
        )
        # An interrupted attempt is completed first, under its origin; then it is unchanged.
        outcome = next(done for done in report.outcomes if done.path in (Path(origin), path))
        return _became(file, outcome, path)

    def _note_progress(self, job: Job, index: int) -> Callable[[Progress], None]:
        last = 0.0

        def note(progress: Progress) -> None:
            nonlocal last
            if self._ending.is_set() or self._queue.get(job.id).cancelling:
                raise _Interrupted
            if progress.pages > self._max_pages:
                raise _TooLong(progress.pages)
            if time.monotonic() - last >= _EVERY:
                last = time.monotonic()
                share = progress.bytes_done / max(progress.bytes, 1)
                told = {
                    "index": index,
                    "page": progress.page,
                    "pages": progress.pages,
                    "share": round(share, 3),
                }
                self._queue.note_page(job.id, told)

        return note


_STATES: dict[OutcomeKind, FileState] = {
    "added": "added",
    "replaced": "replaced",
    "unchanged": "unchanged",
    "failed": "failed",
}


def _origin(job: Job, index: int) -> str:
    """Where the library is told that a file comes from: another upload is another document."""
    return job.replaces or f"upload:/{job.id}/{index}/{safe_name(job.files[index].name)}"


def _origins(job: Job) -> list[str]:
    """Of the files that are still to be read."""
    return [_origin(job, index) for index, file in enumerate(job.files) if file.state == "waiting"]


def _became(file: JobFile, outcome: Outcome, path: Path) -> JobFile:
    return JobFile(
        name=file.name,
        state=_STATES[outcome.kind],
        document_id=outcome.document_id,
        pages=outcome.pages,
        clips=outcome.clips,
        skipped=len(outcome.skipped),
        error="" if outcome.error is None else tellable(outcome.error, {str(path): file.name}),
    )
