"""Who may do what: keys, rights, names, origins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from recto.serving.http.app import create_app
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing, Right

from .conftest import Client, running

PUBLIC = {"/livez", "/readyz", "/version"}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, dict[Right, str]]]:
    """A client of a server with keys, and a key of each right."""
    folder = tmp_path_factory.mktemp("keyed")
    settings = ServeSettings(libraries={"main": str(folder / "library")}, state=folder / "state")
    ring = KeyRing(settings.state)
    rights: tuple[Right, ...] = ("read", "write", "admin")
    keys = {right: ring.create(right, right)[0] for right in rights}
    with running(settings) as address, Client(base_url=address, timeout=60) as client:
        yield client, keys


def test_every_route_but_the_public_ones_asks_for_a_key(settings: ServeSettings) -> None:
    paths = create_app(settings).openapi()["paths"]
    public = {
        path
        for path, operations in paths.items()
        for operation in operations.values()
        if not operation.get("security")
    }

    assert public == PUBLIC


@pytest.mark.parametrize("path", ["/api/libraries", "/api/libraries/main/documents"])
def test_without_a_key_nothing_is_told(keyed: tuple[Client, dict[Right, str]], path: str) -> None:
    client, _ = keyed

    for headers in ({}, {"Authorization": "Bearer rk_wrong"}, {"Authorization": "Basic eDp5"}):
        reply = client.get(path, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (401, "no-key")
        assert reply.headers["www-authenticate"] == "Bearer"


def test_a_key_opens_what_its_right_includes(keyed: tuple[Client, dict[Right, str]]) -> None:
    client, keys = keyed
    absent = "/api/libraries/main/documents/absent.pdf"

    def status(method: str, right: Right) -> int:
        headers = {"Authorization": f"Bearer {keys[right]}"}
        return client.request(method, absent, headers=headers).status_code

    assert (status("GET", "read"), status("DELETE", "read")) == (404, 403)
    assert (status("DELETE", "write"), status("DELETE", "admin")) == (404, 404)


def test_another_host_name_is_refused(client: Client) -> None:
    reply = client.get("/version", headers={"Host": "evil.example"})

    assert client.head("/livez", headers={"Host": "10.1.2.3:8808"}).status_code == 200
    assert (reply.status_code, reply.json()["code"]) == (421, "wrong-host")


def test_a_page_of_another_origin_may_not_write(client: Client) -> None:
    path = "/api/libraries/main/documents/absent.pdf"

    foreign = client.delete(path, headers={"Origin": "https://evil.example"})
    own = client.delete(path, headers={"Origin": str(client.base_url).rstrip("/")})

    assert (foreign.status_code, foreign.json()["code"]) == (403, "wrong-origin")
    assert own.status_code == 404


def test_asking_too_often_is_refused(tmp_path: Path, settings: ServeSettings) -> None:
    few = replace(
        settings, rate=2, state=tmp_path / "state", libraries={"main": str(tmp_path / "library")}
    )
    with running(few) as address, Client(base_url=address, timeout=60) as client:
        replies = [client.get("/api/libraries") for _ in range(3)]

    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert int(replies[-1].headers["retry-after"]) > 0


def test_every_reply_has_security_headers(settings: ServeSettings, tmp_path: Path) -> None:
    def fail() -> None:
        raise ZeroDivisionError("secret")

    own = replace(settings, state=tmp_path / "state", libraries={"main": str(tmp_path / "library")})
    app = create_app(own)
    app.add_api_route("/api/fails", fail)
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1)) as client:
        replies = [client.get(path) for path in ("/livez", "/api/nothing", "/api/fails")]

    assert [reply.status_code for reply in replies] == [200, 404, 500]
    assert replies[-1].json()["code"] == "internal"
    assert "secret" not in replies[-1].text
    for reply in replies:
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["content-security-policy"]
