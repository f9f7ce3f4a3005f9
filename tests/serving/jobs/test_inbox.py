"""Inboxes: one for each library, held by one server."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from recto.engine.errors import LibraryBusy
from recto.serving.jobs.inbox import Inbox, identity
from recto.serving.jobs.job import Job, JobFile


def opened(state: Path, place: str) -> Inbox:
    return Inbox(state, place, most=9, most_bytes=99)


def put(inbox: Inbox, token: str = "") -> Job:
    job = Job(tenant="", files=(JobFile(name="a.pdf"),), bytes=1, token=token)
    return inbox.put(job, [io.BytesIO(b"x")])


def test_what_was_sent_to_a_library_waits_for_it_alone(tmp_path: Path) -> None:
    with opened(tmp_path, "first") as first, opened(tmp_path, "second") as second:
        job = put(first)

        assert second.queue.take(timeout=0) is None
        assert first.uploads.place(job.id, 0, "a.pdf").read_bytes() == b"x"


def test_an_inbox_is_held_once_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path, "http://qdrant:6333/docs") as inbox:
        job = put(inbox)
        with pytest.raises(LibraryBusy, match="--state"):
            opened(tmp_path, "http://qdrant/docs")

    with opened(tmp_path, "http://qdrant/docs") as again:
        assert again.queue.get(job.id) == job


def test_a_library_is_known_by_whatever_name_of_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "link").symlink_to("library")
    monkeypatch.chdir(tmp_path)

    names = {identity(name) for name in ("library", "./library", "link", str(tmp_path / "library"))}

    assert names == {str((tmp_path / "library").resolve())}


def test_an_upload_that_comes_again_is_not_kept_again(tmp_path: Path) -> None:
    with opened(tmp_path, "library") as inbox:
        job = put(inbox, token="t")

        assert put(inbox, token="t") == job
        assert len(list(tmp_path.glob("inboxes/*/uploads/*"))) == 1


def test_files_of_requests_that_were_cut_off_are_swept(tmp_path: Path) -> None:
    with opened(tmp_path, "library") as inbox:
        left = inbox.uploads.place("0" * 32, 0, "a.pdf")
        left.parent.mkdir(parents=True)
        left.write_bytes(b"x")
        job = put(inbox)

    with opened(tmp_path, "library") as again:
        assert not left.exists()
        assert again.uploads.place(job.id, 0, "a.pdf").exists()
