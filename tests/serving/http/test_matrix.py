"""Every operation, asked by each kind of key about things of another tenant.

The operations are those of the OpenAPI document, so that a new one without a case here fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from recto.serving.http.app import create_app
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing, Right
from tests.pdfs import lines, pdf

from .conftest import Client, running

MAIN = "/api/libraries/{library}"
DOCUMENT = f"{MAIN}/documents/{{document}}"
PAGE = f"{DOCUMENT}/pages/{{number}}"
JOB = f"{MAIN}/jobs/{{job}}"
SAID = "the heron waits"
FILE = {"file": ("new.pdf", pdf([lines("new")]))}
OTHER_JOB, OTHER_DOCUMENT = "0" * 32, "0" * 64


@dataclass(frozen=True, kw_only=True)
class Case:
    """How an operation is asked, and what it may answer to a stranger: a tenant who has nothing."""

    needs: Right | None
    """None: nothing is needed."""
    json: Mapping[str, Any] | None = None
    data: Mapping[str, Any] | None = None
    files: Mapping[str, Any] | None = None
    says: int = 200
    """The status for a stranger with a key that is good for it."""
    blind: tuple[str, ...] = field(default=())
    """What must stand in the reply to him, since it shows that he sees nothing."""


READ = Case(needs="read", says=404)
QUESTION = {"question": "heron"}
CASES: dict[tuple[str, str], Case] = {
    ("get", "/livez"): Case(needs=None),
    ("get", "/readyz"): Case(needs=None),
    ("get", "/version"): Case(needs=None),
    ("get", "/metrics"): Case(needs="admin"),
    ("get", "/api/libraries"): Case(needs="read", blind=('"documents":0', '"pages":0')),
    ("get", MAIN): Case(needs="read", blind=('"documents":0', '"pages":0')),
    ("get", f"{MAIN}/documents"): Case(needs="read", blind=('"documents":[]', '"total":0')),
    ("post", f"{MAIN}/documents"): Case(needs="write", files={"files": FILE["file"]}, says=202),
    # Nothing is fetched unless the operator lets it be; test_addresses has servers that do.
    ("post", f"{MAIN}/fetch"): Case(
        needs="write", json={"url": "https://192.0.2.1/new.pdf"}, says=403
    ),
    ("get", DOCUMENT): READ,
    ("put", DOCUMENT): Case(needs="write", files=FILE, says=404),
    ("patch", DOCUMENT): Case(needs="write", json={"tags": ["x"]}, says=404),
    ("delete", DOCUMENT): Case(needs="write", says=404),
    ("get", f"{DOCUMENT}/source"): READ,
    ("get", f"{DOCUMENT}/clips"): READ,
    ("get", f"{DOCUMENT}/frame"): READ,
    ("get", f"{DOCUMENT}/waveform"): READ,
    ("get", f"{DOCUMENT}/media"): READ,
    ("get", f"{DOCUMENT}/media/link"): READ,
    ("get", PAGE): READ,
    ("get", f"{PAGE}/words"): READ,
    ("get", f"{PAGE}/image"): READ,
    ("post", f"{PAGE}/heat"): Case(needs="read", json=QUESTION, says=404),
    ("post", f"{MAIN}/search"): Case(needs="read", json=QUESTION, blind=('"hits":[]',)),
    # The built-in encoder takes no pictures, whoever asks.
    ("post", f"{MAIN}/search/image"): Case(
        needs="read", files={"image": ("a.png", b"\x89PNG")}, says=422
    ),
    # Without an encoder nothing is found across modalities; test_media has one.
    ("post", f"{MAIN}/search/media"): Case(needs="read", data={"text": "heron"}, says=422),
    ("post", f"{MAIN}/classify"): Case(
        needs="read", data={"labels": ["a", "b"]}, files={"file": ("a.png", b"\x89PNG")}, says=422
    ),
    ("post", f"{MAIN}/ask"): Case(needs="read", json=QUESTION, blind=('"citations":[]',)),
    ("get", f"{MAIN}/jobs"): Case(needs="read"),
    ("get", JOB): READ,
    ("delete", JOB): Case(needs="write", says=404),
    ("get", f"{JOB}/events"): READ,
    ("post", f"{JOB}/cancel"): Case(needs="write", says=404),
    ("post", f"{JOB}/retry"): Case(needs="write", says=404),
    ("get", "/v1/models"): Case(needs="read"),
    ("get", "/v1/models/{model}"): Case(needs="read"),
    ("post", "/v1/chat/completions"): Case(
        needs="read",
        json={"model": "main", "messages": [{"role": "user", "content": "heron"}]},
        blind=('"citations":[]', '"abstained":true'),
    ),
    ("post", "/v1/embeddings"): Case(needs="read", json={"model": "main", "input": "heron"}),
    **{
        ("post", path): Case(
            needs="read", json={"model": "main", "query": "heron", "documents": ["heron"]}
        )
        for path in ("/rerank", "/v1/rerank", "/v2/rerank")
    },
}


@dataclass(frozen=True)
class Shop:
    """A server where tenant a has a document and a job."""

    client: Client
    ring: KeyRing
    keys: Mapping[tuple[str, Right], str]
    document: str
    job: str
    state: Path

    def ask(
        self, at: tuple[str, str], key: str = "", *, document: str = "", job: str = ""
    ) -> httpx2.Response:
        method, path = at
        case = CASES[at]
        address = path.format(
            library="main",
            model="main",
            document=document or self.document,
            number=1,
            job=job or self.job,
        )
        # Through a proxy, so that coming from this machine opens nothing.
        headers = {"X-Forwarded-For": "192.0.2.1"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return self.client.request(
            method, address, json=case.json, data=case.data, files=case.files, headers=headers
        )

    def stranger(self, right: Right | None) -> str:
        """A key of another tenant, who has never been here."""
        return self.ring.create("stranger", right or "read", f"t{len(self.ring.all())}")[0]

    def of_a(self) -> list[object]:
        key = {"Authorization": f"Bearer {self.keys['a', 'admin']}"}
        main = "/api/libraries/main"
        return [
            self.client.get(f"{main}/{what}", headers=key).json() for what in ("documents", "jobs")
        ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    settings = ServeSettings(
        libraries={"main": str(folder / "library")}, state=folder / "state", rate=100_000
    )
    ring = KeyRing(settings.state)
    rights: tuple[Right, ...] = ("read", "write", "admin")
    keys = {(t, r): ring.create(f"{t} {r}", r, t)[0] for t in ("", "a") for r in rights}
    with running(settings) as address, Client(base_url=address, timeout=60) as client:
        headers = {"Authorization": f"Bearer {keys['a', 'write']}"}
        files = {"files": ("birds.pdf", pdf([lines(SAID)]))}
        job = client.post("/api/libraries/main/documents", files=files, headers=headers).json()
        client.get(f"/api/libraries/main/jobs/{job['job']}/events", headers=headers)
        (document,) = client.get("/api/libraries/main/documents", headers=headers).json()[
            "documents"
        ]
        yield Shop(client, ring, keys, document["document_id"], job["job"], settings.state)


def operations() -> list[tuple[str, str]]:
    settings = ServeSettings(libraries={"main": "unused"}, state=Path("unused"))
    paths = create_app(settings).openapi()["paths"]
    return [(method, path) for path, of in paths.items() for method in of]


OPERATIONS = operations()
each_operation = pytest.mark.parametrize("at", OPERATIONS, ids=lambda at: f"{at[0]} {at[1]}")


def test_every_operation_has_a_case() -> None:
    assert set(CASES) == set(OPERATIONS)


@each_operation
def test_without_a_good_key_nothing_is_done(shop: Shop, at: tuple[str, str]) -> None:
    before = shop.of_a()

    statuses = [shop.ask(at, key).status_code for key in ("", "rk_wrong")]

    assert statuses == [200, 200] if CASES[at].needs is None else [401, 401]
    assert shop.of_a() == before


@each_operation
def test_a_key_of_a_lower_right_does_nothing(shop: Shop, at: tuple[str, str]) -> None:
    lower: dict[Right | None, list[Right]] = {"write": ["read"], "admin": ["read", "write"]}
    before = shop.of_a()

    for right in lower.get(CASES[at].needs, []):
        reply = shop.ask(at, shop.keys["a", right])
        assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")

    assert shop.of_a() == before


@each_operation
def test_another_tenant_sees_and_changes_nothing(shop: Shop, at: tuple[str, str]) -> None:
    case = CASES[at]
    before = shop.of_a()

    reply = shop.ask(at, shop.stranger(case.needs))

    assert reply.status_code == case.says
    for part in case.blind:
        assert part in reply.text.replace(": ", ":")
    told = reply.text.replace(shop.document, "").replace(shop.job, "")  # which he has sent
    assert not any(secret in told for secret in ("birds", SAID))
    assert shop.of_a() == before


@each_operation
def test_what_is_anothers_is_as_absent_as_what_never_was(shop: Shop, at: tuple[str, str]) -> None:
    key = shop.stranger(CASES[at].needs)
    if CASES[at].says != 404:
        return

    anothers = shop.ask(at, key)
    absent = shop.ask(at, key, document=OTHER_DOCUMENT, job=OTHER_JOB)

    def told(reply: httpx2.Response) -> tuple[int, str, list[str]]:
        text = reply.text
        for id in (shop.document, OTHER_DOCUMENT, shop.job, OTHER_JOB):
            text = text.replace(id, "ID")
        return reply.status_code, text, sorted(reply.headers)

    assert told(anothers) == told(absent)


@each_operation
def test_a_key_without_a_tenant_is_told_what_it_lacks(shop: Shop, at: tuple[str, str]) -> None:
    if "{library}" not in at[1] or "{job}" in at[1]:
        return  # what names no library of somebody's

    reply = shop.ask(at, shop.keys["", "admin"])

    assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")


def test_the_audit_log_tells_who_did_what(shop: Shop) -> None:
    key = shop.stranger("write")
    shop.ask(("delete", DOCUMENT), key)
    shop.ask(("get", DOCUMENT), "rk_wrong")

    entries = [json.loads(line) for line in (shop.state / "audit.jsonl").read_text().splitlines()]

    upload = next(entry for entry in entries if entry.get("status") == 202)
    assert (upload["tenant"], upload["job"]) == ("a", shop.job)
    assert shop.keys["a", "write"].startswith(upload["key"])
    made, deleted, refused = entries[-3:]
    assert (made["did"], made["key"], made["right"]) == ("keys create", key[:11], "write")
    assert (deleted["key"], deleted["did"]) == (key[:11], f"DELETE {DOCUMENT}")
    assert (deleted["document"], deleted["status"]) == (shop.document, 404)
    assert (refused["key"], refused["status"], refused["code"]) == ("", 401, "no-key")
    written = (shop.state / "audit.jsonl").read_text()
    assert not any(secret in written for secret in [*shop.keys.values(), key, "rk_wrong"])


@pytest.mark.parametrize("right", [None, "read"])
def test_tools_of_models_are_behind_the_same_keys(shop: Shop, right: Right | None) -> None:
    call = {"name": "get_page", "arguments": {"document": shop.document, "page": 1}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = {"Accept": "application/json, text/event-stream"}
    if right is not None:
        headers["Authorization"] = f"Bearer {shop.stranger(right)}"

    reply = shop.client.post("/mcp", json=body, headers=headers)

    if right is None:
        assert reply.status_code == 401
    else:
        assert "among the 0 of this library" in reply.text
    assert not any(secret in reply.text for secret in ("birds", SAID))
