"""What a worker does for one job must not be for another: documents that were left half done."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

import recto
from recto.indexing.progress import Progress
from recto.library import Library
from recto.serving.jobs.inbox import Inbox
from recto.serving.jobs.job import Job, JobFile
from recto.serving.jobs.queue import MAX_ATTEMPTS
from recto.serving.jobs.worker import JobWorker
from tests.pdfs import lines, pdf


class Killed(BaseException):
    """Ends adding between two pages, as a kill does."""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with recto.open(tmp_path / "library", all_tenants=True) as library:
        yield library


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with Inbox(tmp_path / "state", str(tmp_path / "library"), most=9, most_bytes=10**9) as inbox:
        yield inbox


def put(inbox: Inbox, name: str, *pages: str) -> Job:
    job = Job(tenant="", files=(JobFile(name=name),))
    return inbox.put(job, [io.BytesIO(pdf([lines(page) for page in pages]))])


def work(library: Library, inbox: Inbox, name: str) -> list[JobFile]:
    """Let a worker go on until it has read a file of this name; the files that it has read."""
    told: list[JobFile] = []
    there = Event()

    def note(file: JobFile) -> None:
        told.append(file)
        if file.name == name:
            there.set()

    with JobWorker("main", lambda tenant: library, inbox, max_pages=99, on_file=note):
        assert there.wait(timeout=120)
    return told


def leave_half_done(library: Library, inbox: Inbox, job: Job) -> None:
    """As a server that is killed while it reads the first page."""

    def kill(progress: Progress) -> None:
        raise Killed

    name = job.files[0].name
    with pytest.raises(Killed):
        library.add(
            inbox.uploads.place(job.id, 0, name),
            origin=f"upload:/{job.id}/0/{name}",
            on_progress=kill,
        )


def test_a_document_that_was_given_up_does_not_come_with_the_next_job(
    library: Library, inbox: Inbox
) -> None:
    poison = put(inbox, "poison.pdf", "The poison.", "More of it.")
    leave_half_done(library, inbox, poison)
    for _ in range(MAX_ATTEMPTS):
        assert inbox.queue.take(timeout=0) is not None
        inbox.queue.recover()
    good = put(inbox, "good.pdf", "The ferry leaves.")

    told = work(library, inbox, good.files[0].name)

    assert [file.name for file in told] == ["good.pdf"]
    assert [document.name for document in library.documents()] == ["good.pdf"]


def test_what_is_half_done_is_completed_by_its_own_job(library: Library, inbox: Inbox) -> None:
    job = put(inbox, "ferry.pdf", "The ferry leaves.", "Tickets.")
    inbox.queue.take(timeout=0)
    leave_half_done(library, inbox, job)

    (file,) = work(library, inbox, "ferry.pdf")

    assert (file.state, inbox.queue.get(job.id).attempts) == ("added", 2)
    assert [document.pages for document in library.documents()] == [2]
