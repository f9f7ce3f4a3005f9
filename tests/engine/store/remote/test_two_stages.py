"""A large library on a server is searched in stages, by one request, with what the truth finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from recto.engine.proposing import MEASURED_FROM
from recto.engine.retrieval import Retriever
from recto.engine.store.oracle import OracleStore
from recto.engine.store.remote.address import parse_address
from recto.engine.store.remote.opening import open_server
from recto.engine.store.remote.store import RemoteStore
from tests.engine.store.remote.conftest import HTTP
from tests.engine.store.remote.standin import StandIn, running
from tests.engine.test_retrieval import put
from tests.fakes import FakeEncoder

ENCODER = FakeEncoder()
PAGES = MEASURED_FROM + 20


@pytest.fixture(scope="module")
def truth() -> OracleStore:
    random = np.random.default_rng(3)
    store = OracleStore(ENCODER.id)
    texts = [" ".join(f"w{n}" for n in random.integers(0, 90, 6)) for _ in range(PAGES)]
    put(store, "a", "all.pdf", texts)
    return store


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with running() as standin:
        yield standin


@pytest.fixture(scope="module")
def store(server: StandIn, truth: OracleStore) -> Iterator[RemoteStore]:
    address = parse_address(server.address, "finance")
    with open_server(address, ENCODER.id, create=True, settings=HTTP) as opened:
        opened.put_pages([*truth._pages.values()])
        opened.put_documents([*truth._documents.values()])
        yield opened


def test_the_first_search_measures_and_the_next_asks_once(
    store: RemoteStore, server: StandIn, truth: OracleStore
) -> None:
    retriever = Retriever(store, ENCODER)
    retriever.search("w1 w2 w3")
    assert store.proposals is not None
    assert store.proposals.library == PAGES
    server.asked.clear()
    assert len(retriever.search("w4 w5 w6", limit=5)) == 5
    (staged,) = [
        asked.body["searches"]
        for asked in server.requests("pages.1/points/query/batch")
        if any(search["using"] == "patches" for search in asked.body["searches"])
    ]
    patches = next(search for search in staged if search["using"] == "patches")
    assert [stage["using"] for stage in patches["prefetch"]] == ["rows", "words"]
    assert server.requests("count") == []


@pytest.mark.parametrize("question", ["w7 w8", "w20 w21 w22 w23", "w80"])
def test_it_finds_what_is_found_among_all(
    store: RemoteStore, truth: OracleStore, question: str
) -> None:
    found, expected = (
        [hit.id for hit in Retriever(each, ENCODER).search(question, limit=10)]
        for each in (store, truth)
    )
    assert len(set(found) & set(expected)) >= 9
    assert found[0] == expected[0]
