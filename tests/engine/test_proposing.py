"""How many pages must be proposed is measured, and enough."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from recto.engine.bm25 import question_terms
from recto.engine.candidates import Candidates, Query
from recto.engine.errors import BackendUnreachable
from recto.engine.proposing import MEASURED_FROM, is_due, measure
from recto.engine.retrieval import Retriever
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.proposals import Proposals, proposals_of
from recto.engine.store.protocol import Store
from tests.engine.test_retrieval import put
from tests.fakes import FakeEncoder

ENCODER = FakeEncoder(dim=64)
PAGES = MEASURED_FROM + 40


def _texts(pages: int) -> list[str]:
    """Three lines of six words each, of few words, so that many pages are much alike."""
    random = np.random.default_rng(1)
    lines = random.integers(0, 120, (pages, 3, 6))
    return ["\n".join(" ".join(f"w{n}" for n in line) for line in page) for page in lines]


@pytest.fixture(scope="module")
def filled() -> OracleStore:
    store = OracleStore(ENCODER.id)
    put(store, "a", "all.pdf", _texts(PAGES))
    return store


@pytest.fixture(scope="module")
def measured(filled: OracleStore) -> Proposals:
    found = measure(filled, ENCODER)
    assert found is not None
    return found


def _candidates(store: OracleStore, proposals: int, *, exact: bool) -> Candidates:
    return Candidates(
        store=store,
        filter=PageFilter(),
        wanted=("patches",),
        depth=10,
        proposals=proposals,
        exact=exact,
    )


def test_so_many_proposals_as_were_measured_find_enough(
    filled: OracleStore, measured: Proposals
) -> None:
    count = measured.count(0.9)
    assert 10 < count < PAGES // 2
    random = np.random.default_rng(2)
    shares = []
    for _ in range(20):
        question = " ".join(f"w{n}" for n in random.integers(0, 120, 8))
        query = Query(ENCODER.encode_question(question), question_terms(question))
        truth, found = (
            dict(_candidates(filled, count, exact=exact).rankings(query, {}, {})["patches"])
            for exact in (True, False)
        )
        shares.append(len(truth.keys() & found.keys()) / 10)
    assert np.mean(shares) >= 0.9


def test_more_recall_takes_more_proposals() -> None:
    some = Proposals(library=100, deep=1000, places=(0, 0, 1, 9))
    assert [some.count(recall) for recall in (0.5, 0.75, 0.76, 1.0)] == [2, 3, 13, 13]


def test_it_is_due_when_a_library_has_become_large_or_changed_much(
    filled: OracleStore, measured: Proposals
) -> None:
    assert is_due(filled)
    small = OracleStore(ENCODER.id)
    put(small, "a", "small.pdf", ["a page"] * 3)
    assert not is_due(small)
    known = OracleStore(ENCODER.id)
    put(known, "a", "all.pdf", ["a page"] * PAGES)
    for library, due in ((PAGES, False), (PAGES // 2, True), (2 * PAGES, True)):
        known.keep_proposals(replace(measured, library=library))
        assert is_due(known) is due


def test_pages_without_words_cannot_be_asked_about() -> None:
    blank = OracleStore(ENCODER.id)
    put(blank, "a", "blank.pdf", [""] * PAGES)
    assert measure(blank, ENCODER) is None
    assert Retriever(blank, ENCODER).search("w1") == []


class _ReadOnly(OracleStore):
    def keep_proposals(self, measured: Proposals) -> None:
        raise BackendUnreachable("this key may only read")


def test_first_search_of_a_large_library_measures_it(filled: OracleStore) -> None:
    copied = OracleStore(ENCODER.id)
    copied._pages, copied._documents = filled._pages, filled._documents
    assert is_due(copied)
    assert Retriever(copied, ENCODER).search("w1 w2 w3", limit=3)
    assert not is_due(copied)
    assert copied.proposals is not None
    assert copied.proposals.library == PAGES


def test_who_may_only_read_searches_all_the_same(filled: OracleStore) -> None:
    copied = _ReadOnly(ENCODER.id)
    copied._pages, copied._documents = filled._pages, filled._documents
    assert len(Retriever(cast(Store, copied), ENCODER).search("w1 w2 w3", limit=3)) == 3


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"library": 1, "deep": 2},
        {"library": 1, "deep": 2, "places": []},
        {"library": 1, "deep": 2, "places": [-1]},
        {"library": "x", "deep": 2, "places": [1]},
    ],
)
def test_what_makes_no_sense_is_measured_again(plain: dict[str, object]) -> None:
    assert proposals_of(plain) is None


def test_what_was_measured_can_be_kept(measured: Proposals) -> None:
    assert proposals_of(measured.to_json()) == measured
