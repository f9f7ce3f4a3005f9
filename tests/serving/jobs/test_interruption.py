"""A server that dies, is stopped, or is told to cancel, in the middle of things."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

import httpx2

from tests.pdfs import lines, pdf
from tests.serving.processes import MAIN, Served, served

PAGES = 300


def long_document() -> bytes:
    """One that takes some seconds to read."""
    words = "\n".join(" ".join(f"word{row}x{n}" for n in range(8)) for row in range(8))
    return pdf([lines(f"Page {n} of the ferry book.\n{words}") for n in range(1, PAGES + 1)])


def send(client: httpx2.Client, name: str, data: bytes) -> str:
    reply = client.post(f"{MAIN}/documents", files={"files": (name, data)})
    assert reply.status_code == 202
    return str(reply.json()["job"])


def events(client: httpx2.Client, job: str) -> Iterator[tuple[str, dict[str, Any]]]:
    with client.stream("GET", f"{MAIN}/jobs/{job}/events") as reply:
        kind = ""
        for line in reply.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield kind, json.loads(line.removeprefix("data: "))


def until_a_page_is_read(client: httpx2.Client, job: str) -> None:
    assert next((data for kind, data in events(client, job) if kind == "page"), None)


def until_over(client: httpx2.Client, job: str) -> dict[str, Any]:
    for _ in events(client, job):
        pass
    found: dict[str, Any] = client.get(f"{MAIN}/jobs/{job}").json()
    return found


def listed(client: httpx2.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{MAIN}/documents").json()["documents"]
    return found


def uploads(folder: Path) -> list[Path]:
    return [path for path in (folder / "state").glob("inboxes/*/uploads/**/*") if path.is_file()]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as server:
        yield server


def test_a_job_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        job = send(server.client, "book.pdf", long_document())
        until_a_page_is_read(server.client, job)
        assert listed(server.client) == []  # nothing half done is shown
        server.kill()

    with served(tmp_path) as server:
        over = until_over(server.client, job)
        (document,) = listed(server.client)
        first, last = (
            server.client.get(f"{MAIN}/documents/book.pdf/pages/{number}").json()["text"]
            for number in (1, PAGES)
        )

    assert (over["state"], over["attempts"]) == ("done", 2)
    assert (document["pages"], document["skipped"]) == (PAGES, {})
    assert first.startswith("Page 1 of")
    assert last.startswith(f"Page {PAGES} of")
    assert uploads(tmp_path) == []


def test_an_upload_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        host, port = server.client.base_url.host, server.client.base_url.port
        assert port is not None
        with socket.create_connection((host, port)) as half:
            half.sendall(
                f"POST {MAIN}/documents HTTP/1.1\r\nHost: {host}:{port}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n"
                '--x\r\nContent-Disposition: form-data; name="files"; filename="half.pdf"\r\n\r\n'
                "%PDF-1.7".encode()
            )
            assert listed(server.client) == []
            server.kill()

    with served(tmp_path) as server:
        assert server.client.get(f"{MAIN}/jobs").json() == []
        assert listed(server.client) == []
        assert uploads(tmp_path) == []
        job = send(server.client, "a.pdf", pdf([lines("The ferry leaves.")]))
        assert until_over(server.client, job)["state"] == "done"


def test_what_is_cancelled_leaves_nothing_and_can_be_tried_again(
    server: Served, tmp_path: Path
) -> None:
    job = send(server.client, "book.pdf", long_document())
    until_a_page_is_read(server.client, job)

    server.client.post(f"{MAIN}/jobs/{job}/cancel").raise_for_status()
    over = until_over(server.client, job)

    assert (over["state"], over["files"][0]["state"]) == ("cancelled", "cancelled")
    told = server.client.get(MAIN).json()
    assert (told["documents"], told["pages"]) == (0, 0)
    assert server.client.post(f"{MAIN}/search", json={"question": "ferry"}).json()["hits"] == []
    assert not list((tmp_path / "library" / "sources").rglob("*.pdf"))
    server.client.post(f"{MAIN}/jobs/{job}/retry").raise_for_status()
    assert until_over(server.client, job)["state"] == "done"
    assert [document["pages"] for document in listed(server.client)] == [PAGES]


def test_a_server_that_is_stopped_tells_listeners_and_puts_the_job_off(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        job = send(server.client, "book.pdf", long_document())
        told = []
        for kind, _ in events(server.client, job):
            told.append(kind)
            if kind == "page" and told.count("page") == 1:
                server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=120)

    assert told[-1] == "shutdown"
    with served(tmp_path) as server:
        over = until_over(server.client, job)

    assert (over["state"], over["attempts"]) == ("done", 1)
