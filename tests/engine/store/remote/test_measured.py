"""What was measured of a library on a server is known to everybody who searches it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recto.engine.errors import BackendUnreachable
from recto.engine.store.proposals import Proposals
from recto.engine.store.remote.address import parse_address
from recto.engine.store.remote.client import Client
from recto.engine.store.remote.measured import Measured
from recto.engine.store.remote.opening import open_server, open_with
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.state import StatePoints
from recto.engine.store.remote.store import RemoteStore
from tests.engine.store.remote.conftest import HTTP
from tests.engine.store.remote.standin import Fault, StandIn
from tests.engine.store.samples import ENCODER
from tests.engine.store.servers import in_memory, memory_store

SOME = Proposals(library=600, deep=1000, places=(0, 1, 5))
OTHER = replace(SOME, library=900)


@pytest.fixture
def client() -> Client:
    return in_memory()


def _open(client: Client) -> RemoteStore:
    return open_with(client, None, create=False, settings=ServerSettings())


def test_it_is_known_to_who_opens_the_library_later(client: Client) -> None:
    store = memory_store(ENCODER, client)
    assert _open(client).proposals is None
    store.keep_proposals(SOME)
    assert store.proposals == SOME
    assert _open(client).proposals == SOME


def test_tenants_have_their_own(client: Client) -> None:
    store = memory_store(ENCODER, client)
    store.within("acme").keep_proposals(SOME)
    store.within("zenith").keep_proposals(OTHER)
    found = _open(client)
    assert [found.within(t).proposals for t in ("acme", "zenith", "")] == [SOME, OTHER, None]


def test_library_that_is_encoded_anew_is_measured_anew(client: Client) -> None:
    store = memory_store(ENCODER, client)
    store.keep_proposals(SOME)
    new = store.beside(replace(ENCODER, revision="2"))
    assert new.proposals is None
    store.become(new)
    assert store.proposals is None
    assert _open(client).proposals is None


def test_what_others_measure_is_seen_after_a_while(client: Client) -> None:
    memory_store(ENCODER, client)
    now = [0.0]
    mine, theirs = (Measured(StatePoints(client), lambda: 1, clock=lambda: now[0]) for _ in "ab")
    assert mine.get("") is None
    theirs.put("", SOME)
    assert mine.get("") is None
    now[0] = 301.0
    assert mine.get("") == SOME


def test_what_cannot_be_written_is_known_here(server: StandIn) -> None:
    address = parse_address(server.address, "finance")
    settings = replace(HTTP, attempts=1)
    with open_server(address, ENCODER, create=True, settings=settings) as store:
        server.faults.append(Fault("PUT .*library/points", 403, b"read only", times=9))
        with pytest.raises(BackendUnreachable):
            store.keep_proposals(SOME)
        assert store.proposals == SOME
