"""What is written to a store can be read back, overwritten and removed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.vectors import Multivector, PageVectors
from tests.engine.store.samples import content, document, multivector, page, pid, sha, word

STEP = 1 / 65535


def _same_up_to_rounding(left: PageContent, right: PageContent) -> bool:
    boxes = [[w.box for w in c.text.words] for c in (left, right)]
    bare = [
        replace(
            c,
            text=PageText(
                tuple(w._replace(box=Box(0, 0, 0, 0)) for w in c.text.words), c.text.source
            ),
        )
        for c in (left, right)
    ]
    return bare[0] == bare[1] and np.allclose(boxes[0], boxes[1], rtol=0, atol=STEP / 2 + 1e-9)


WORDS = [
    Word("Größe", Box(0.1, 0.1, 0.2, 0.123456), 0),
    Word("資料\u3000", Box(0, 0, 1, 1), 0),
    Word("𝔘🦆", Box(1 / 3, 1 / 3, 2 / 3, 2 / 3), 4),
    Word('"quoted\\', Box(0.5, 0.5, 0.5, 0.5), 2),
    Word("\u0000", Box(0.9, 0.9, 1, 1), 2),
]


@pytest.mark.parametrize(
    "shown",
    [
        content(7, WORDS, headings=("Annual report", "第 2 章", "")),
        content(7, [word("a", 3), word("b", 3), word("c", 9)]),
        content(1),
        replace(content(100_000), width=0.1, height=14400.0),
        replace(content(2, [word("x")]), text=PageText((word("x"),), "ocr")),
    ],
)
def test_page_content_round_trip(store: Store, shown: PageContent) -> None:
    store.put_pages([page("a", shown.number, shown=shown)])
    [stored] = store.pages([pid("a", shown.number)])
    assert (stored.id, stored.document_id) == (pid("a", shown.number), sha("a"))
    assert stored.vectors is None
    assert _same_up_to_rounding(stored.content, shown)


def _assert_close(got: Multivector | None, expected: Multivector | None) -> None:
    assert (got is None) == (expected is None)
    if got is not None and expected is not None:
        np.testing.assert_array_equal(got.vectors, expected.vectors.astype(np.float16))
        np.testing.assert_allclose(got.boxes, expected.boxes, rtol=0, atol=STEP)
        assert got.vectors.dtype == got.boxes.dtype == np.float32


def test_vectors_round_trip(store: Store) -> None:
    patches = np.random.default_rng(0).standard_normal((301, 2), dtype=np.float32)
    written = page("a", 1, patches, rows=[[0.5, -2.0]])
    store.put_pages([written])
    [stored] = store.pages([pid("a", 1)], with_vectors=True)
    assert stored.vectors is not None
    _assert_close(stored.vectors.patches, written.vectors.patches)
    _assert_close(stored.vectors.rows, written.vectors.rows)


@pytest.mark.parametrize("names", [(), ("patches",), ("rows",), ("patches", "rows")])
def test_missing_vectors_stay_missing(store: Store, names: tuple[str, ...]) -> None:
    patches, rows = (multivector([[1, 0]]) if n in names else None for n in ("patches", "rows"))
    written = replace(page("a", 1), vectors=PageVectors(patches=patches, rows=rows))
    store.put_pages([written])
    [stored] = list(store.scroll(PageFilter(), with_vectors=True))
    assert stored.vectors is not None
    _assert_close(stored.vectors.patches, patches)
    _assert_close(stored.vectors.rows, rows)


def test_texts_are_those_of_the_pages(store: Store) -> None:
    lines = content(2, [word("Net"), word("sales"), word("grew", line=3)])
    store.put_pages([page("a", 1), page("a", 2, shown=lines), page("b", 1, shown=content(1))])
    asked = [pid("b", 1), pid("a", 9), pid("a", 2), pid("a", 1)]
    texts = store.texts(asked)
    assert [(text.id, text.document_id, text.number) for text in texts] == [
        (pid("b", 1), sha("b"), 1),
        (pid("a", 2), sha("a"), 2),
        (pid("a", 1), sha("a"), 1),
    ]
    assert [text.text for text in texts] == [p.content.text.text for p in store.pages(asked)]


def test_pages_in_the_order_asked_for_without_absent_ones(store: Store) -> None:
    store.put_pages([page("a", n) for n in (1, 2, 3)])
    asked = [pid("a", 3), pid("nobody", 1), pid("a", 1), pid("a", 3)]
    assert [stored.content.number for stored in store.pages(asked)] == [3, 1, 3]
    assert store.pages([]) == []


@pytest.mark.parametrize("count", [1, 5, 40])
def test_page_overwritten_with_fewer_or_more_vectors(store: Store, count: int) -> None:
    new = np.full((count, 2), 0.25, dtype=np.float32)
    store.put_pages([page("a", 1, np.ones((5, 2), dtype=np.float32), rows=[[9, 9]])])
    store.put_pages([page("a", 1, new, shown=content(1, [word("new")]))])
    [stored] = store.pages([pid("a", 1)], with_vectors=True)
    assert stored.content.text.text == "new"
    assert stored.vectors is not None
    _assert_close(stored.vectors.patches, multivector(new))
    assert stored.vectors.rows is None
    assert store.count(PageFilter()) == 1


def test_page_twice_in_one_call_keeps_the_last(store: Store) -> None:
    store.put_pages([page("a", 1, shown=content(1, [word(t)])) for t in ("first", "last")])
    assert [p.content.text.text for p in store.scroll(PageFilter())] == ["last"]


def test_many_pages_in_one_call(store: Store) -> None:
    vectors = np.ones((16, 2), dtype=np.float32)
    store.put_pages([page("a", n, vectors * n) for n in range(1, 601)])
    assert store.count(PageFilter()) == 600
    [stored] = store.pages([pid("a", 513)], with_vectors=True)
    assert stored.vectors is not None
    _assert_close(stored.vectors.patches, multivector(vectors * 513))


def test_largest_pages(store: Store) -> None:
    shown = content(1, [word(f"w{n}", n // 10) for n in range(20_000)])
    vectors = np.ones((2**19, 2), dtype=np.float32)
    store.put_pages([page("a", 1, vectors, shown=shown), page("a", 2, vectors)])
    [stored] = store.pages([pid("a", 1)], with_vectors=True)
    assert stored.vectors is not None
    assert stored.vectors.patches is not None
    assert stored.vectors.patches.vectors.shape == (2**19, 2)
    assert _same_up_to_rounding(stored.content, shown)
    assert store.count(PageFilter()) == 2


def test_empty_calls_write_nothing(store: Store) -> None:
    store.put_pages([])
    store.put_documents([])
    store.delete_documents([])
    store.delete_pages(sha("nobody"))
    assert (store.info().pages, store.info().documents) == (0, 0)


@pytest.mark.parametrize(("after", "left"), [(0, []), (1, [1]), (2, [1, 2]), (9, [1, 2, 3])])
def test_delete_pages_after(store: Store, after: int, left: list[int]) -> None:
    store.put_pages([page(name, n, [[1, 1]]) for name in "ab" for n in (1, 2, 3)])
    store.delete_pages(sha("a"), after=after)
    of_a = store.scroll(PageFilter(documents=(sha("a"),)))
    assert sorted(p.content.number for p in of_a) == left
    assert store.count(PageFilter(documents=(sha("b"),))) == 3


def test_deleted_page_can_be_written_again(store: Store) -> None:
    store.put_pages([page("a", 1, [[1, 1]])])
    store.delete_pages(sha("a"))
    store.put_pages([page("a", 1, [[2, 2], [3, 3]])])
    [stored] = store.pages([pid("a", 1)], with_vectors=True)
    assert stored.vectors is not None
    _assert_close(stored.vectors.patches, multivector([[2, 2], [3, 3]]))


def test_document_round_trip(store: Store) -> None:
    record = replace(
        document("Bericht 2018 é.pdf", words={1: 0.1, 2**32 - 1: 3.0}),
        paths=("/a/b", "/not unicode \udcff", "C:\\x"),
        title="第 1 章 \u0000 🦆",
        tags=("x", ""),
        metadata={"year": 2018, "share": 0.1, "draft": False, "who": "Ångström", "big": 2**70},
        skipped={3: "took longer than 30 s", 12: "é"},
    )
    store.put_documents([record])
    [stored] = store.documents()
    assert replace(stored, words=record.words) == record
    assert stored.words.indices == record.words.indices
    np.testing.assert_allclose(stored.words.values, record.words.values, rtol=1e-6)
    assert type(stored.metadata["draft"]) is bool


def test_documents_ordered_by_name_then_id(store: Store) -> None:
    twins = [replace(document("same"), id=id) for id in ("f" * 64, "0" * 64)]
    store.put_documents([document("z"), *twins, document("a")])
    assert [r.name for r in store.documents()] == ["a", "same", "same", "z"]
    assert [r.id[0] for r in store.documents(["f" * 64, "0" * 64, sha("nobody")])] == ["0", "f"]
    assert store.documents([]) == []


def test_document_overwritten_and_deleted(store: Store) -> None:
    store.put_documents([document(name, state="adding") for name in "abc"])
    store.put_documents([document("a", state="ready"), document("b", state="removing")])
    store.delete_documents([sha("c"), sha("nobody")])
    assert [(r.name, r.state) for r in store.documents()] == [("a", "ready"), ("b", "removing")]
    assert store.info().documents == 2


def test_flush_and_optimize_change_nothing(store: Store) -> None:
    store.put_pages([page("a", n, [[1, n]], words={n: 1.0}) for n in range(1, 30)])
    store.put_documents([document("a")])
    store.delete_pages(sha("a"), after=20)
    before = [p.content for p in store.scroll(PageFilter())]
    store.flush()
    store.optimize()
    assert [p.content for p in store.scroll(PageFilter())] == before
    assert len(before) == 20
    assert store.documents() == [document("a")]


def test_info_counts(store: Store) -> None:
    store.put_pages([page("a", 1), page("a", 2, [[1, 1]])])
    store.put_documents([document("a"), document("b"), document("c")])
    assert (store.info().pages, store.info().documents) == (2, 3)
