"""Documents that come in over HTTP, and their jobs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from recto.serving.http.settings import ServeSettings
from recto.serving.jobs.inbox import Inbox
from recto.serving.jobs.job import Job, JobFile
from tests.pdfs import lines, pdf

from .conftest import Client, running

MAIN = "/api/libraries/main"


@pytest.fixture
def settings_of_empty(tmp_path: Path) -> ServeSettings:
    return ServeSettings(
        libraries={"main": str(tmp_path / "library")}, state=tmp_path / "state", rate=100_000
    )


@pytest.fixture
def empty(settings_of_empty: ServeSettings) -> Iterator[Client]:
    """A client of a server over an empty library."""
    with running(settings_of_empty) as address, Client(base_url=address, timeout=60) as client:
        yield client


def sent(name: str, *pages: str) -> tuple[str, tuple[str, bytes]]:
    return "files", (name, pdf([lines(page) for page in pages]))


def until_over(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    """The job when it is over: its events end with it."""
    client.get(f"{MAIN}/jobs/{job['job']}/events").raise_for_status()
    found: dict[str, Any] = client.get(f"{MAIN}/jobs/{job['job']}").json()
    return found


def test_an_upload_is_found_when_its_job_is_done(empty: Client) -> None:
    files = [sent("ferry.pdf", "The ferry leaves at nine."), sent("tram.pdf", "The tram is late.")]
    reply = empty.post(
        f"{MAIN}/documents", files=files, data={"tags": ["travel"], "metadata": '{"year": 2024}'}
    )
    assert reply.status_code == 202

    job = until_over(empty, reply.json())

    assert job["state"] == "done"
    assert [(file["name"], file["state"]) for file in job["files"]] == [
        ("ferry.pdf", "added"),
        ("tram.pdf", "added"),
    ]
    found = empty.post(f"{MAIN}/search", json={"question": "When does the ferry leave?"})
    assert found.json()["hits"][0]["document"] == "ferry.pdf"
    (document, _) = empty.get(f"{MAIN}/documents").json()["documents"]
    assert (document["tags"], document["metadata"]) == (["travel"], {"year": 2024})


def test_one_broken_file_does_not_stop_the_others(empty: Client) -> None:
    files = [("files", ("broken.pdf", b"%PDF-1.7 broken")), sent("ferry.pdf", "The ferry leaves.")]

    job = until_over(empty, empty.post(f"{MAIN}/documents", files=files).json())

    assert job["state"] == "failed"
    assert [file["state"] for file in job["files"]] == ["failed", "added"]
    assert "broken.pdf" in job["files"][0]["error"]


def test_a_new_version_takes_the_place_of_the_old(empty: Client) -> None:
    old = empty.post(f"{MAIN}/documents", files=[sent("plan.pdf", "The plan is blue.")]).json()
    (file,) = until_over(empty, old)["files"]
    new = {"file": ("plan.pdf", pdf([lines("The plan is green.")]))}

    job = empty.put(f"{MAIN}/documents/{file['document_id']}", files=new).json()

    assert [file["state"] for file in until_over(empty, job)["files"]] == ["replaced"]
    (document,) = empty.get(f"{MAIN}/documents").json()["documents"]
    assert document["document_id"] != file["document_id"]


def test_the_same_name_with_other_bytes_is_another_document(empty: Client) -> None:
    for said in ("blue", "green"):
        until_over(empty, empty.post(f"{MAIN}/documents", files=[sent("plan.pdf", said)]).json())

    assert empty.get(f"{MAIN}/documents").json()["total"] == 2


def test_events_go_on_after_the_last_that_was_seen(empty: Client) -> None:
    job = empty.post(f"{MAIN}/documents", files=[sent("a.pdf", "One.")]).json()
    path = f"{MAIN}/jobs/{job['job']}/events"
    whole = empty.get(path).text.strip().split("\n\n")

    kinds = [event.split("\n")[1].removeprefix("event: ") for event in whole]
    assert (kinds[0], kinds[-1], "file" in kinds) == ("state", "state", True)
    assert json.loads(whole[-1].split("data: ")[1])["state"] == "done"
    last_but_one = whole[-2].split("\n")[0].removeprefix("id: ")
    rest = empty.get(path, headers={"Last-Event-ID": last_but_one}).text.strip().split("\n\n")
    assert rest == whole[-1:]


@pytest.mark.parametrize(
    "metadata", ["[]", "{", '{"a": [1]}', '{"a": null}'], ids=["list", "broken", "nested", "null"]
)
def test_metadata_of_another_kind_is_refused(empty: Client, metadata: str) -> None:
    reply = empty.post(
        f"{MAIN}/documents", files=[sent("a.pdf", "One.")], data={"metadata": metadata}
    )

    assert reply.status_code == 422
    assert empty.get(f"{MAIN}/jobs").json() == []


def test_a_name_that_is_a_path_stays_a_name(empty: Client, tmp_path: Path) -> None:
    reply = empty.post(f"{MAIN}/documents", files=[sent("../../../evil.pdf", "One.")])

    assert until_over(empty, reply.json())["files"][0]["name"] == "evil.pdf"
    assert not [path for path in tmp_path.rglob("evil.pdf") if "state" not in path.parts]


def test_a_job_waits_for_a_server_that_comes_back(settings_of_empty: ServeSettings) -> None:
    with waiting_job(settings_of_empty, "main") as (inbox, job):
        inbox.queue.take(timeout=0)  # and then the server was killed

    with running(settings_of_empty) as address, Client(base_url=address, timeout=60) as client:
        over = until_over(client, {"job": job.id})

    assert (over["state"], over["attempts"]) == ("done", 2)


@contextmanager
def waiting_job(settings: ServeSettings, library: str) -> Iterator[tuple[Inbox, Job]]:
    """An upload that was sent to a library of a server that has ended."""
    job = Job(tenant="", files=(JobFile(name="a.pdf"),))
    with Inbox(settings.state, settings.libraries[library], most=9, most_bytes=10**9) as inbox:
        inbox.put(job, [io.BytesIO(pdf([lines("The ferry leaves.")]))])
        yield inbox, job


def test_two_servers_with_one_state_folder_keep_what_is_theirs(
    settings_of_empty: ServeSettings, tmp_path: Path
) -> None:
    # Each calls its only library "main", as `recto serve` in two folders of one user does.
    other = replace(settings_of_empty, libraries={"main": str(tmp_path / "other")})
    with waiting_job(settings_of_empty, "main") as (inbox, job):
        with running(other) as address, Client(base_url=address, timeout=60) as client:
            sent_there = client.post(f"{MAIN}/documents", files=[sent("b.pdf", "A tram.")])
            until_over(client, sent_there.json())
            listed = client.get(f"{MAIN}/documents").json()["documents"]
            jobs = client.get(f"{MAIN}/jobs").json()
        assert inbox.queue.get(job.id).state == "waiting"

    assert [document["document"] for document in listed] == ["b.pdf"]
    assert [found["job"] for found in jobs] == [sent_there.json()["job"]]


def test_half_a_letter_in_what_is_said_of_files_is_refused(empty: Client) -> None:
    for said in ({"metadata": '{"a": "\\ud800"}'}, {"metadata": '{"\\udfff": 1}'}):
        reply = empty.post(f"{MAIN}/documents", files=[sent("a.pdf", "One.")], data=said)
        assert (reply.status_code, reply.json()["code"]) == (422, "bad-input")
        assert "surrogate" in reply.json()["detail"]

    assert empty.get(f"{MAIN}/jobs").json() == []


def test_what_failed_tells_no_folders(empty: Client, settings_of_empty: ServeSettings) -> None:
    files = [("files", ("b roken.pdf", b"%PDF-1.7 broken"))]
    job = until_over(empty, empty.post(f"{MAIN}/documents", files=files).json())

    told = job["files"][0]["error"]
    assert told.startswith("b roken.pdf")
    assert str(settings_of_empty.state) not in told
    assert "/" not in told


def test_an_upload_with_the_same_key_is_kept_once(empty: Client) -> None:
    def send(name: str, key: str) -> httpx2.Response:
        files = [sent(name, "One.")]
        return empty.post(f"{MAIN}/documents", files=files, headers={"Idempotency-Key": key})

    first, again, other = send("a.pdf", "x"), send("a.pdf", "x"), send("a.pdf", "y")

    assert first.json()["job"] == again.json()["job"] != other.json()["job"]
    assert send("b.pdf", "x").status_code == 422


def test_a_job_that_is_over_can_be_forgotten(empty: Client) -> None:
    files = [("files", ("broken.pdf", b"%PDF-1.7 broken"))]
    job = until_over(empty, empty.post(f"{MAIN}/documents", files=files).json())
    path = f"{MAIN}/jobs/{job['job']}"

    assert [found["job"] for found in empty.get(f"{MAIN}/jobs?state=failed").json()] == [job["job"]]
    assert empty.get(f"{MAIN}/jobs?state=done").json() == []
    assert empty.delete(path).json()["state"] == "failed"
    assert empty.get(path).status_code == 404
