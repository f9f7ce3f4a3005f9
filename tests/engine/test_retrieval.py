from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.bm25 import document_vector, words_vector
from recto.engine.encoders.protocol import PageInput
from recto.engine.errors import EncoderMismatch, QuestionError
from recto.engine.retrieval import MAX_QUESTION, RankedPage, RetrievalSettings, Retriever
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import DocumentRecord, DocumentState, PageRecord
from tests.fakes import FakeEncoder, page_content

ENCODER = FakeEncoder()
WORDS = (
    "apple",
    "bee",
    "crane",
    "dog",
    "elm",
    "fox",
    "goat",
    "heron",
    "iris",
    "jay",
    "kite",
    "lark",
)
STAGED = RetrievalSettings(exact_below=0, depth=10, proposals=10)


def document_id(letter: str) -> str:
    return letter * 64


def put(
    store: OracleStore, letter: str, name: str, pages: list[str], state: DocumentState = "ready"
) -> None:
    contents = [page_content(text, number=n) for n, text in enumerate(pages, start=1)]
    vectors = ENCODER.encode_pages([PageInput(content=c, image=None) for c in contents])
    store.put_pages(
        [
            PageRecord(document_id=document_id(letter), content=c, vectors=v, words=words_vector(c))
            for c, v in zip(contents, vectors, strict=True)
        ]
    )
    record = DocumentRecord(
        id=document_id(letter),
        state=state,
        name=name,
        paths=(),
        kind="pdf",
        title="",
        pages=len(pages),
        size=1,
        added="2026-01-01T00:00:00Z",
        words=document_vector(name, ""),
    )
    store.put_documents([record])


@pytest.fixture
def store() -> OracleStore:
    filled = OracleStore(ENCODER.id)
    put(filled, "a", "apples_2021.pdf", ["growing apples in orchards", "storing apples", "prices"])
    put(filled, "b", "pears_2021.pdf", ["growing pears in orchards", "storing pears", "prices"])
    put(filled, "c", "bees.pdf", ["bees visit orchards", "honey and wax", ""])
    return filled


def found(hits: list[RankedPage]) -> list[tuple[str, int]]:
    return [(hit.document.name, hit.number) for hit in hits]


@pytest.mark.parametrize("settings", [RetrievalSettings(), STAGED])
def test_search_ranks_the_page_that_says_it_first(
    store: OracleStore, settings: RetrievalSettings
) -> None:
    hits = Retriever(store, ENCODER, settings).search("Honey, wax?", limit=3)
    assert found(hits)[0] == ("bees.pdf", 2)
    assert hits[0].content.text.text == "honey and wax"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_rows_count_within_one_document(store: OracleStore) -> None:
    def scores(settings: RetrievalSettings, *letters: str) -> list[tuple[str, float]]:
        confined = PageFilter(documents=tuple(document_id(letter) for letter in letters))
        hits = Retriever(store, ENCODER, settings).search("orchards of apples", filter=confined)
        return [(hit.id, hit.score) for hit in hits]

    with_rows = RetrievalSettings(rows=0.7, rows_within=None)
    without = RetrievalSettings(rows=0, rows_within=None)
    chosen = RetrievalSettings(rows=0, rows_within=0.7)
    assert scores(chosen, "a") == scores(with_rows, "a") != scores(without, "a")
    assert scores(chosen, "a", "b") == scores(without, "a", "b") != scores(with_rows, "a", "b")


@pytest.mark.parametrize("settings", [RetrievalSettings(), STAGED])
def test_search_prefers_the_document_that_the_question_names(
    store: OracleStore, settings: RetrievalSettings
) -> None:
    retriever = Retriever(store, ENCODER, settings)
    pears, apples = ("pears_2021.pdf", 3), ("apples_2021.pdf", 3)
    for question, first, second in [
        ("pear prices", pears, apples),
        ("apple prices", apples, pears),
    ]:
        order = found(retriever.search(question))
        assert order.index(first) < order.index(second)


@pytest.mark.parametrize("settings", [RetrievalSettings(), STAGED])
def test_search_keeps_to_its_filter(store: OracleStore, settings: RetrievalSettings) -> None:
    retriever = Retriever(store, ENCODER, settings)
    only = PageFilter(documents=(document_id("b"),), first=2)
    assert set(found(retriever.search("orchards", filter=only))) <= {
        ("pears_2021.pdf", 2),
        ("pears_2021.pdf", 3),
    }


@pytest.mark.parametrize("state", ["adding", "removing"])
@pytest.mark.parametrize("settings", [RetrievalSettings(), STAGED])
def test_search_does_not_see_documents_that_are_not_ready(
    store: OracleStore, settings: RetrievalSettings, state: DocumentState
) -> None:
    put(store, "d", "new_honey.pdf", ["honey and wax", "wax and honey"], state)
    hits = Retriever(store, ENCODER, settings).search("honey wax", limit=5)
    assert found(hits)[0] == ("bees.pdf", 2)
    assert "new_honey.pdf" not in {name for name, _ in found(hits)}


@pytest.mark.parametrize("settings", [RetrievalSettings(), STAGED])
def test_search_forgives_a_slip_of_the_pen(store: OracleStore, settings: RetrievalSettings) -> None:
    question = "the hoeny"
    assert found(Retriever(store, ENCODER, settings).search(question))[0] == ("bees.pdf", 2)
    blind = replace(settings, spelling=False)
    assert found(Retriever(store, ENCODER, blind).search(question))[0] != ("bees.pdf", 2)


def test_search_prefers_words_that_stand_together() -> None:
    filled = OracleStore(ENCODER.id)
    filler = "something else entirely " * 40
    apart, together = f"net {filler} sales", f"{filler} net sales"
    put(filled, "a", "one.pdf", [apart, together, "sales", "net"])
    hits = Retriever(filled, ENCODER).search("net sales")
    assert hits[0].number == 2


@pytest.mark.parametrize("settings", [RetrievalSettings(read=5, depth=30, proposals=30), STAGED])
@given(question=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join))
def test_the_first_pages_do_not_depend_on_how_many_are_asked_for(
    settings: RetrievalSettings, question: str
) -> None:
    def first(limit: int) -> list[tuple[str, float]]:
        hits = Retriever(shelf(), ENCODER, settings).search(question, limit=limit)
        return [(hit.id, hit.score) for hit in hits]

    every = first(len(WORDS) * 4)
    assert len(dict(every)) == len(every)
    assert [score for _, score in every] == sorted((score for _, score in every), reverse=True)
    for limit in (1, 4, 9, 12, 29, 31, 40):
        assert first(limit) == every[:limit]


@cache
def shelf() -> OracleStore:
    """Pages with a word often, and others of it now and then."""
    filled = OracleStore(ENCODER.id)
    for letter, word in zip("0123456789ab", WORDS, strict=True):
        texts = [f"{word} " * n + " ".join(WORDS[n : 3 * n]) for n in range(1, 5)]
        put(filled, letter, f"{word}.pdf", texts)
    return filled


def test_passages_count_as_much_as_they_have_of_the_question() -> None:
    filled = OracleStore(ENCODER.id)
    put(filled, "a", "one.pdf", ["net sales", "honey and wax", "bees"])
    settings = RetrievalSettings(words=0, documents=0, passages=2, spelling=False)
    meant = ENCODER.encode_question("honey wax")

    def first(question: str) -> int:
        return Retriever(filled, ENCODER, settings).search(question, vectors=meant)[0].number

    assert first("net sales") == 1
    assert first("net sales of heather, clover, lime and thyme") == 2  # most of it stands nowhere


def test_search_does_not_see_pages_without_a_record(store: OracleStore) -> None:
    put(store, "d", "lost.pdf", ["honey and wax"])
    store.delete_documents([document_id("d")])
    hits = Retriever(store, ENCODER).search("honey wax")
    assert "lost.pdf" not in {name for name, _ in found(hits)}


def test_search_breaks_ties_by_document_and_page() -> None:
    store = OracleStore(ENCODER.id)
    for letter in "cab":
        put(store, letter, f"copy_{letter}.pdf", ["same words", "same words"])
    hits = Retriever(store, ENCODER).search("words", limit=3)
    assert found(hits) == [("copy_a.pdf", 1), ("copy_a.pdf", 2), ("copy_b.pdf", 1)]


@pytest.mark.parametrize("settings", [RetrievalSettings(), STAGED])
def test_search_needs_no_words_where_it_has_vectors(
    store: OracleStore, settings: RetrievalSettings
) -> None:
    vectors = ENCODER.encode_question("honey wax")
    retriever = Retriever(store, ENCODER, settings)
    assert found(retriever.search(None, vectors=vectors, limit=3))[0] == ("bees.pdf", 2)
    with pytest.raises(ValueError, match="neither"):
        retriever.search(None)


def test_search_finds_nothing_in_an_empty_library() -> None:
    assert Retriever(OracleStore(ENCODER.id), ENCODER).search("anything") == []


def test_search_finds_by_vectors_what_has_only_stop_words(store: OracleStore) -> None:
    assert found(Retriever(store, ENCODER).search("and"))[0] == ("bees.pdf", 2)


@pytest.mark.parametrize("settings", [RetrievalSettings(), STAGED])
def test_search_gives_no_more_than_its_limit(
    store: OracleStore, settings: RetrievalSettings
) -> None:
    assert len(Retriever(store, ENCODER, settings).search("orchards", limit=2)) == 2


@pytest.mark.parametrize(
    "question", ["", "  \n", "?!", "a" * (MAX_QUESTION + 1), "caf\udce9 opening hours"]
)
def test_search_refuses_what_is_no_question(store: OracleStore, question: str) -> None:
    with pytest.raises(QuestionError, match="; expected"):
        Retriever(store, ENCODER).search(question)


@pytest.mark.parametrize("question", ["果樹園", "सेब", "Äpfel", "a" * MAX_QUESTION])
def test_search_takes_questions_in_any_script(store: OracleStore, question: str) -> None:
    assert len(Retriever(store, ENCODER).search(question, limit=3)) == 3


def test_retriever_refuses_another_encoder(store: OracleStore) -> None:
    with pytest.raises(EncoderMismatch, match="revision='2'"):
        Retriever(store, FakeEncoder(revision="2"))


def test_settings_refuse_arms_without_weight() -> None:
    with pytest.raises(ValueError, match="above it"):
        RetrievalSettings(patches=0, rows=0, words=0)
