from __future__ import annotations

from dataclasses import replace

import pytest

from recto.engine.bm25 import question_terms
from recto.engine.candidates import Candidates, Query, best
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import page_id
from tests.engine.test_retrieval import ENCODER, document_id, put


def query(question: str) -> Query:
    return Query(ENCODER.encode_question(question), question_terms(question))


def candidates(store: OracleStore, *, exact: bool, filter: PageFilter | None = None) -> Candidates:
    return Candidates(
        store=store,
        filter=filter or PageFilter(),
        wanted=("patches", "words"),
        depth=2,
        proposals=2,
        exact=exact,
    )


def pid(letter: str, number: int) -> str:
    return page_id(document_id(letter), number, ENCODER.id)


@pytest.fixture
def store() -> OracleStore:
    filled = OracleStore(ENCODER.id)
    put(filled, "a", "wind.pdf", ["net sales grew", "net sales fell", "net sales again", "costs"])
    put(
        filled, "b", "water_report.pdf", ["nothing of that", "sales and other words of a long line"]
    )
    return filled


def test_rankings_rescore_only_what_the_cheap_arms_propose(store: OracleStore) -> None:
    asked = query("net sales")
    all_pages = replace(candidates(store, exact=True), depth=10)
    exact = dict(all_pages.rankings(asked, {}, {})["patches"])
    deep = replace(candidates(store, exact=False), depth=10)
    staged = dict(deep.rankings(asked, {}, {})["patches"])
    assert len(exact) == 6
    assert 2 <= len(staged) <= 4
    assert staged == {id: exact[id] for id in staged}


def test_rankings_look_into_the_named_document(store: OracleStore) -> None:
    asked = query("net sales water")
    staged = replace(candidates(store, exact=False), depth=10)
    without = {hit.id for hit in staged.rankings(asked, {}, {})["patches"]}
    named = staged.named_pages(asked)
    within = {hit.id for hit in staged.rankings(asked, named, {})["patches"]}
    assert set(named) == {pid("b", 1), pid("b", 2)}
    assert pid("b", 2) in within - without


def test_rankings_do_not_ask_again_for_what_is_known(store: OracleStore) -> None:
    known = {"patches": ()}
    found = candidates(store, exact=True).rankings(query("net sales"), {}, known)
    assert found["patches"] == ()
    assert len(found["words"]) == 2


def test_named_pages_are_not_sought_within_one_document(store: OracleStore) -> None:
    only = PageFilter(documents=(document_id("b"),))
    assert candidates(store, exact=True, filter=only).named_pages(query("water")) == {}


def test_named_pages_of_the_best_document_have_one(store: OracleStore) -> None:
    put(store, "c", "water.pdf", ["page"])
    named = candidates(store, exact=True).named_pages(query("water report"))
    assert named[pid("b", 1)] == 1.0
    assert 0 < named[pid("c", 1)] < 1


def test_rarity_is_higher_for_rarer_terms_and_absent_for_unknown_ones(store: OracleStore) -> None:
    rarity = candidates(store, exact=True).rarity(["sale", "cost", "zebra"])
    assert rarity["cost"] > rarity["sale"] > 0
    assert "zebra" not in rarity


def test_best_includes_all_that_tie_with_the_last() -> None:
    scores = {"a": 0.5, "b": 0.9, "c": 0.5000000001, "d": 0.1}
    assert best(scores, 2, 6) == ["b", "a", "c"]
    assert best({}, 2, 6) == []
