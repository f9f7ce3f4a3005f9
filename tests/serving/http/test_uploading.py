"""Documents that come in over HTTP, and their jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recto.serving.http.settings import ServeSettings
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
    from recto.serving.jobs.job import Job, JobFile
    from recto.serving.jobs.queue import JobQueue
    from recto.serving.jobs.uploads import Uploads

    job = Job(library="main", tenant="", files=(JobFile(name="a.pdf"),))
    path = Uploads(settings_of_empty.state).place(job.id, 0, "a.pdf")
    path.parent.mkdir(parents=True)
    path.write_bytes(pdf([lines("The ferry leaves.")]))
    queue = JobQueue(settings_of_empty.state, most=10)
    queue.put(job)
    queue.take("main", timeout=0)  # and then the server was killed

    with running(settings_of_empty) as address, Client(base_url=address, timeout=60) as client:
        over = until_over(client, {"job": job.id})

    assert (over["state"], over["attempts"]) == ("done", 2)
