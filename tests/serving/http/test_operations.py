"""What who runs a server sees of it, and what it does not let in."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from recto.serving.http.app import create_app
from recto.serving.http.problems import Refusal
from recto.serving.http.settings import ServeSettings
from recto.serving.http.turns import Turns
from recto.serving.jobs.inbox import Inbox
from recto.serving.jobs.job import Job, JobFile
from recto.serving.keys import KeyRing
from recto.serving.logs import FIELDS, Lines
from tests.pdfs import lines, pdf

from .conftest import Client, running

MAIN = "/api/libraries/main"
SECRET = "heron"


@pytest.fixture
def own(tmp_path: Path) -> ServeSettings:
    return ServeSettings(
        libraries={"main": str(tmp_path / "library")}, state=tmp_path / "state", rate=100_000
    )


@pytest.fixture
def client(own: ServeSettings) -> Iterator[Client]:
    with running(own) as address, Client(base_url=address, timeout=60) as client:
        yield client


def added(client: Client, name: str, *pages: str) -> dict[str, object]:
    files = {"files": (name, pdf([lines(page) for page in pages]))}
    job = client.post(f"{MAIN}/documents", files=files).json()["job"]
    client.get(f"{MAIN}/jobs/{job}/events").raise_for_status()
    found: dict[str, object] = client.get(f"{MAIN}/jobs/{job}").json()
    return found


def value(text: str, figure: str) -> float:
    found = re.search(rf"^{re.escape(figure)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_figures_count_what_happens_and_name_nobody(client: Client) -> None:
    added(client, f"{SECRET}.pdf", f"the {SECRET} waits", "two")
    client.post(f"{MAIN}/ask", json={"question": f"what does the {SECRET} do?"})
    client.post(f"{MAIN}/ask", json={"question": "who invented the telephone?"})
    client.get(f"{MAIN}/documents/{SECRET}.txt")

    text = client.get("/metrics").text

    assert value(text, 'recto_pages_total{library="main"}') == 2
    assert value(text, 'recto_files_total{became="added",library="main"}') == 1
    assert value(text, 'recto_jobs{library="main",state="done"}') == 1
    assert value(text, 'recto_problems_total{code="not-found"}') == 1
    assert value(text, 'recto_answers_total{became="answered"}') == 1
    assert sum(map(float, re.findall(r"^recto_answers_total{.*} (\S+)$", text, re.M))) == 2
    route = "/api/libraries/{library}/ask"
    assert value(text, f'recto_request_seconds_count{{route="{route}"}}') == 2
    assert SECRET not in text


def test_figures_are_for_this_machine_and_admins(own: ServeSettings) -> None:
    ring = KeyRing(own.state)
    reader, _ = ring.create("r", "read")
    admin, _ = ring.create("a", "admin")
    proxy = {"X-Forwarded-For": "192.0.2.1"}
    with running(own) as address, Client(base_url=address, timeout=60) as client:

        def status(**headers: str) -> int:
            return client.get("/metrics", headers=headers).status_code

        assert status() == 200
        assert status(**proxy) == 401
        assert status(**proxy, Authorization=f"Bearer {reader}") == 403
        assert status(**proxy, Authorization=f"Bearer {admin}") == 200


def test_the_log_tells_routes_and_no_names(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "recto"):
        client.post(f"{MAIN}/search", json={"question": SECRET})
        client.get(f"{MAIN}/documents/{SECRET}.pdf", headers={"Authorization": f"Bearer {SECRET}"})

    told = [Lines("json").format(r) for r in caplog.records if r.name == "recto.http"]
    assert [json.loads(line)["status"] for line in told] == [200, 404]
    assert json.loads(told[1])["route"] == "/api/libraries/{library}/documents/{document}"
    assert SECRET not in "".join(told)


def test_a_line_of_the_log_stays_one() -> None:
    record = logging.LogRecord("recto", logging.INFO, "", 0, "request", (), None)
    setattr(record, FIELDS, {"from": "a b", "code": 'x"\ny', "status": 200})

    assert (
        Lines("text")
        .format(record)
        .endswith('INFO recto request from="a b" code="x\\"\\ny" status=200')
    )
    assert json.loads(Lines("json").format(record))["code"] == 'x"\ny'


def test_a_document_with_too_many_pages_is_refused(own: ServeSettings) -> None:
    few = replace(own, max_pages=3)
    with running(few) as address, Client(base_url=address, timeout=60) as client:
        job = added(client, "long.pdf", *"abcd")
        fits = added(client, "short.pdf", *"abc")
        listed = client.get(f"{MAIN}/documents").json()

    assert (job["state"], fits["state"]) == ("failed", "done")
    assert "long.pdf has 4 pages; this server takes 3 at most." in str(job["files"])
    assert [document["document"] for document in listed["documents"]] == ["short.pdf"]


def test_an_empty_file_is_told_as_one(client: Client) -> None:
    job = client.post(f"{MAIN}/documents", files={"files": ("nothing.pdf", b"")}).json()["job"]
    client.get(f"{MAIN}/jobs/{job}/events").raise_for_status()

    (file,) = client.get(f"{MAIN}/jobs/{job}").json()["files"]

    assert file["state"] == "failed"
    assert "no bytes" in file["error"]


@pytest.mark.parametrize("name", ["a 'b' ; c.pdf", "Übersicht 🚢.pdf"])
def test_a_download_has_the_name_of_the_document(client: Client, name: str) -> None:
    added(client, name, "one")
    (document,) = client.get(f"{MAIN}/documents").json()["documents"]

    told = client.get(f"{MAIN}/documents/{document['document_id']}/source").headers

    assert document["document"] == name
    assert re.fullmatch(
        r"attachment; filename(\*=utf-8''[^;\s]+|=\"[^\"]+\")", told["content-disposition"]
    )


def test_documents_are_described_anew(client: Client) -> None:
    added(client, "birds.pdf", f"the {SECRET} waits")
    path = f"{MAIN}/documents/birds.pdf"

    told = client.patch(path, json={"tags": ["wet"], "metadata": {"year": 2024}}).json()

    assert (told["tags"], told["metadata"]) == (["wet"], {"year": 2024})
    assert client.get(path).json() == told
    assert client.get(f"{MAIN}/documents", params={"where": "meta.year = 2024"}).json()["total"]
    assert client.patch(path, json={"tags": "wet"}).status_code == 422
    assert client.patch(path, json={"name": "fish.pdf"}).status_code == 422


def test_a_key_is_asked_for_before_a_body_is_read(own: ServeSettings) -> None:
    KeyRing(own.state).create("someone", "read")
    with running(own) as address, Client(base_url=address) as client:
        port = client.base_url.port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port), timeout=60) as half:
            half.sendall(
                f"POST {MAIN}/documents HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\n"
                "Content-Length: 100000000\r\n\r\n--x".encode()
            )
            assert half.recv(12) == b"HTTP/1.1 401"


def test_what_is_no_upload_is_bounded(own: ServeSettings) -> None:
    with running(replace(own, max_upload=1000)) as address, Client(base_url=address) as client:
        big = {"question": "x" * 2000}
        reply = client.post(f"{MAIN}/search", json=big)
        upload = client.post(f"{MAIN}/documents", files={"files": ("a.pdf", b"x" * 2000)})

    assert (reply.status_code, reply.json()["code"]) == (413, "too-large")
    assert (upload.status_code, upload.json()["code"]) == (413, "too-large")


def test_only_pages_of_allowed_origins_may_read(own: ServeSettings) -> None:
    friend = replace(own, origins=("https://friend.example",))
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    with running(friend) as address, Client(base_url=address) as client:

        def allowed(origin: str) -> str | None:
            reply = client.options(f"{MAIN}/search", headers={"Origin": origin, **asks})
            return reply.headers.get("access-control-allow-origin")

        assert allowed("https://friend.example") == "https://friend.example"
        assert allowed("https://evil.example") is None


def test_jobs_that_were_over_long_ago_are_forgotten(own: ServeSettings) -> None:
    made = {}
    with Inbox(own.state, own.libraries["main"], most=9, most_bytes=99) as inbox:
        for state, created in (("old", "2020-01-01T00:00:00+00:00"), ("new", None)):
            job = Job(tenant="", files=(JobFile(name="a.pdf"),))
            job = replace(job, created=created) if created else job
            inbox.put(job, [io.BytesIO(b"x")])
            inbox.queue.cancel(job.id)
            made[state] = job.id, inbox.uploads.place(job.id, 0, "a.pdf")

    with running(own) as address, Client(base_url=address) as client:
        listed = [job["job"] for job in client.get(f"{MAIN}/jobs").json()]

    assert listed == [made["new"][0]]
    assert (made["old"][1].exists(), made["new"][1].exists()) == (False, True)


def test_who_waits_too_long_for_a_turn_is_told_so() -> None:
    turns = Turns(1, patience=0.0)
    with turns, pytest.raises(Refusal) as refused, turns:
        pass

    assert (refused.value.status, refused.value.code) == (503, "busy")
    with turns:
        pass  # the place is free again


def test_requests_are_traced_where_a_provider_is_set(own: ServeSettings) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = create_app(own, telemetry={"tracer_provider": provider, "metrics": False, "logs": False})

    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1)) as client:
        client.post(f"{MAIN}/search", json={"question": SECRET})

    names = {span.name for span in exporter.get_finished_spans()}
    assert "POST /api/libraries/{library}/search" in names
    told = json.dumps(
        [dict(span.attributes or {}) for span in exporter.get_finished_spans()], default=str
    )
    assert SECRET not in told
