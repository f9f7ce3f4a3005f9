"""Documents that the server fetches from addresses of the web."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import recto
from recto.engine.errors import InputError, LimitExceeded, OutsideError
from recto.serving.fetching.fetcher import Fetcher
from recto.serving.fetching.rules import Rules
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing
from tests.pdfs import lines, pdf
from tests.serving.fetching.web import PRIVATE, PUBLIC, Names, Web, allows, gives, moved, web

from .conftest import Client, running

MAIN = "/api/libraries/main"
FERRY = pdf([lines("The ferry leaves the harbour at nine.")])


@dataclass(frozen=True)
class Fetching:
    """A server that fetches, and the web that it fetches from."""

    settings: ServeSettings
    address: str
    client: Client
    web: Web

    def url(self, path: str, host: str = "files.test") -> str:
        return f"http://{host}:{self.web.port}{path}"

    def fetch(self, path: str, *, key: str = "", host: str = "files.test", **said: object) -> Any:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if "idempotency" in said:
            headers["Idempotency-Key"] = str(said.pop("idempotency"))
        body = {"url": self.url(path, host), **said}
        return self.client.post(f"{MAIN}/fetch", json=body, headers=headers)

    def over(self, job: dict[str, Any]) -> dict[str, Any]:
        self.client.get(f"{MAIN}/jobs/{job['job']}/events").raise_for_status()
        found: dict[str, Any] = self.client.get(f"{MAIN}/jobs/{job['job']}").json()
        return found


@pytest.fixture
def settings_of_fetching(tmp_path: Path) -> ServeSettings:
    return ServeSettings(
        libraries={"main": str(tmp_path / "library")},
        state=tmp_path / "state",
        rate=100_000,
        fetch_urls=True,
    )


@pytest.fixture
def fetching(settings_of_fetching: ServeSettings) -> Iterator[Fetching]:
    with web({"/ferry.pdf": gives(FERRY, Content_Type="text/plain")}) as served:
        names = Names({"files.test": [[PUBLIC]], "db.internal": [[PRIVATE]]})
        rules = Rules(ports=(served.port,), allows=allows, resolve=names)
        fetcher = Fetcher(most=100_000, timeout=30, rules=rules)
        with (
            running(settings_of_fetching, fetcher=fetcher) as address,
            Client(base_url=address, timeout=60) as client,
        ):
            yield Fetching(settings_of_fetching, address, client, served)


def test_a_document_of_the_web_is_found_when_its_job_is_done(fetching: Fetching) -> None:
    reply = fetching.fetch("/ferry.pdf?v=1", tags=["travel"], metadata={"year": 2024})

    assert reply.status_code == 202
    (file,) = fetching.over(reply.json())["files"]
    assert (file["name"], file["state"]) == ("ferry.pdf", "added")
    question = {"question": "When does the ferry leave?"}
    found = fetching.client.post(f"{MAIN}/search", json=question).json()
    assert found["hits"][0]["document"] == "ferry.pdf"
    (document,) = fetching.client.get(f"{MAIN}/documents").json()["documents"]
    assert (document["tags"], document["metadata"]) == (["travel"], {"year": 2024})
    source = fetching.client.get(f"{MAIN}/documents/{document['document_id']}/source")
    assert source.content == FERRY


def test_what_a_file_is_its_bytes_say(fetching: Fetching) -> None:
    fetching.web.paths["/page.pdf"] = gives(b"<html>Sign in</html>", Content_Type="application/pdf")
    fetching.web.paths["/download"] = gives(FERRY, Content_Type="text/html")

    page = fetching.over(fetching.fetch("/page.pdf").json())
    download = fetching.over(fetching.fetch("/download").json())

    assert (page["state"], page["files"][0]["state"]) == ("failed", "failed")
    assert (download["files"][0]["name"], download["files"][0]["state"]) == ("download", "added")


def test_what_is_fetched_again_takes_the_place_of_the_old(fetching: Fetching) -> None:
    states = []
    for said in ("blue", "green", "green"):
        fetching.web.paths["/plan.pdf"] = gives(pdf([lines(said)]))
        (file,) = fetching.over(fetching.fetch("/plan.pdf?token=secret").json())["files"]
        states.append(file["state"])

    assert states == ["added", "replaced", "unchanged"]
    assert fetching.client.get(f"{MAIN}/documents").json()["total"] == 1
    assert "secret" not in fetching.client.get(f"{MAIN}/documents").text


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("/a%2F..%2F..%2Fevil.pdf", None, "evil.pdf"),
        ("/ferry.pdf", "../../other.pdf", "other.pdf"),
        ("/r%C3%A9sum%C3%A9.pdf", None, "résumé.pdf"),
        ("/", None, "files.test"),
    ],
)
def test_a_name_is_never_a_path(
    fetching: Fetching, path: str, name: str | None, expected: str
) -> None:
    fetching.web.paths[path] = gives(FERRY)

    job = fetching.fetch(path, name=name).json()

    assert job["files"][0]["name"] == expected


def test_it_is_off_unless_it_is_turned_on(settings_of_fetching: ServeSettings) -> None:
    off = ServeSettings(libraries=settings_of_fetching.libraries, state=settings_of_fetching.state)
    with (
        web({"/ferry.pdf": gives(FERRY)}) as served,
        running(off) as address,
        Client(base_url=address, timeout=60) as client,
    ):
        reply = client.post(f"{MAIN}/fetch", json={"url": f"http://{PUBLIC}:{served.port}/"})
        jobs = client.get(f"{MAIN}/jobs").json()

    assert (reply.status_code, reply.json()["code"]) == (403, "fetching-off")
    assert reply.headers["content-type"] == "application/problem+json"
    assert "fetch_urls" in reply.json()["detail"]
    assert (served.asked, jobs) == ([], [])


def test_a_server_that_fetches_keeps_to_public_servers(settings_of_fetching: ServeSettings) -> None:
    with running(settings_of_fetching) as address, Client(base_url=address, timeout=60) as client:
        for url in (address, "http://localhost/", "http://169.254.169.254/latest/meta-data/"):
            reply = client.post(f"{MAIN}/fetch", json={"url": url})
            assert (reply.status_code, reply.json()["code"]) == (422, "address-refused")


def test_a_private_server_and_none_are_told_alike(fetching: Fetching) -> None:
    told = set()
    with web({"/a": gives(b"secret")}, host=PRIVATE, port=fetching.web.port) as inner:
        fetching.web.paths["/inner"] = moved(fetching.url("/a", "db.internal"))
        for path, host in (
            ("/a", PRIVATE),
            ("/a", "db.internal"),
            ("/b", "db.internal"),
            ("/a", "absent.internal"),
            ("/inner", "files.test"),
        ):
            reply = fetching.fetch(path, host=host)
            told.add((reply.status_code, reply.text))

    assert len(told) == 1
    assert inner.asked == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/absent.pdf", 502, "fetch-failed"),
        ("/large.pdf", 413, "limit-exceeded"),
        ("/ftp.pdf", 422, "address-refused"),
    ],
)
def test_what_cannot_be_fetched_is_a_problem(
    fetching: Fetching, path: str, status: int, code: str
) -> None:
    fetching.web.paths["/large.pdf"] = gives(b"x" * 100_001)
    fetching.web.paths["/ftp.pdf"] = moved("ftp://files.test/")

    reply = fetching.fetch(path)

    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert fetching.client.get(f"{MAIN}/jobs").json() == []


def test_a_server_that_takes_too_long_is_a_problem(fetching: Fetching) -> None:
    fetching.web.paths["/slow.pdf"] = lambda handler: handler.drip(b"HTTP/1.1 200 OK\r\nX: 1\r\n")
    rules = Rules(ports=(fetching.web.port,), allows=allows)
    fetcher = Fetcher(most=100, timeout=0.3, rules=rules)
    settings = replace(
        fetching.settings, libraries={"main": str(fetching.settings.state / "library")}
    )
    with (
        running(settings, fetcher=fetcher) as address,
        Client(base_url=address, timeout=60) as client,
    ):
        reply = client.post(f"{MAIN}/fetch", json={"url": fetching.url("/slow.pdf", PUBLIC)})

    assert (reply.status_code, reply.json()["code"]) == (504, "fetch-timeout")


@pytest.mark.parametrize(
    "said",
    [{}, {"url": ""}, {"url": ["x"]}, {"url": "x" * 2001}, {"url": "x", "colour": "red"}],
)
def test_a_wrong_request_is_a_problem(fetching: Fetching, said: dict[str, Any]) -> None:
    reply = fetching.client.post(f"{MAIN}/fetch", json=said)

    assert (reply.status_code, reply.json()["code"]) == (422, "bad-input")


def test_half_a_letter_in_an_address_is_refused(fetching: Fetching) -> None:
    body = b'{"url": "http://\\ud800/\\udfff?\\ud800"}'
    reply = fetching.client.post(
        f"{MAIN}/fetch", content=body, headers={"Content-Type": "application/json"}
    )

    assert (reply.status_code, reply.json()["code"]) == (422, "bad-input")


def test_an_address_with_the_same_key_is_fetched_once(fetching: Fetching) -> None:
    first = fetching.fetch("/ferry.pdf", idempotency="x")
    fetching.web.paths["/ferry.pdf"] = gives(pdf([lines("Another edition.")]))
    again = fetching.fetch("/ferry.pdf", idempotency="x")
    other = fetching.fetch("/other.pdf", idempotency="x")

    assert first.json()["job"] == again.json()["job"]
    assert (other.status_code, other.json()["code"]) == (422, "bad-input")
    assert len(fetching.web.asked) == 1


def test_what_there_is_no_room_for_is_not_kept(fetching: Fetching, tmp_path: Path) -> None:
    rules = Rules(ports=(fetching.web.port,), allows=allows)
    settings = replace(
        fetching.settings, libraries={"main": str(tmp_path / "other")}, max_kept=len(FERRY) - 1
    )
    fetcher = Fetcher(most=100_000, timeout=30, rules=rules)
    with (
        running(settings, fetcher=fetcher) as address,
        Client(base_url=address, timeout=60) as client,
    ):
        reply = client.post(f"{MAIN}/fetch", json={"url": fetching.url("/ferry.pdf", PUBLIC)})
        jobs = client.get(f"{MAIN}/jobs").json()

    assert (reply.status_code, reply.json()["code"], jobs) == (429, "queue-full", [])


def test_who_may_read_fetches_nothing_and_tenants_see_their_own(fetching: Fetching) -> None:
    ring = KeyRing(fetching.settings.state)
    reader, _ = ring.create("reader", "read", "a")
    (a, _), (b, _) = (ring.create(tenant, "write", tenant) for tenant in "ab")

    refused = fetching.fetch("/ferry.pdf", key=reader)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert fetching.fetch("/ferry.pdf").status_code == 401
    assert fetching.web.asked == []

    with recto.connect(fetching.address, key=a) as library:
        assert library.add_url(fetching.url("/ferry.pdf")).kind == "added"
        (document,) = library.documents()
    theirs = {"Authorization": f"Bearer {b}"}
    assert fetching.client.get(f"{MAIN}/documents", headers=theirs).json()["total"] == 0
    assert fetching.client.get(f"{MAIN}/jobs", headers=theirs).json() == []
    found = fetching.client.get(f"{MAIN}/documents/{document.id}", headers=theirs)
    assert found.status_code == 404


def test_the_audit_log_tells_what_was_fetched_and_what_was_refused(fetching: Fetching) -> None:
    job = fetching.fetch("/ferry.pdf?signature=secret").json()
    fetching.client.post(f"{MAIN}/fetch", json={"url": "http://me:secret@10.0.0.1:81/x#secret"})

    written = (fetching.settings.state / "audit.jsonl").read_text()

    taken, refused = (json.loads(line) for line in written.splitlines())
    assert taken["did"] == refused["did"] == "POST /api/libraries/{library}/fetch"
    assert (taken["url"], taken["job"]) == (fetching.url("/ferry.pdf"), job["job"])
    assert (refused["url"], refused["code"]) == ("http://10.0.0.1:81/x", "address-refused")
    assert "secret" not in written


def test_a_served_library_fetches(fetching: Fetching) -> None:
    fetching.web.paths["/page"] = gives(b"<html>")
    fetching.web.paths["/large"] = gives(b"x" * 100_001)
    with recto.connect(fetching.address) as library:
        added = library.add_url(fetching.url("/ferry.pdf"), tags=["travel"], metadata={"a": 1})
        page = library.add_url(fetching.url("/page"), name="page.pdf")
        (document,) = library.documents()

        assert (added.kind, added.document_id, str(added.path)) == (
            "added",
            document.id,
            "ferry.pdf",
        )
        assert (document.tags, dict(document.metadata)) == (("travel",), {"a": 1})
        assert (page.kind, str(page.path)) == ("failed", "page.pdf")
        for url, kind in (
            (fetching.url("/", "db.internal"), InputError),
            (fetching.url("/large"), LimitExceeded),
            (fetching.url("/absent"), OutsideError),
        ):
            with pytest.raises(kind):
                library.add_url(url)
