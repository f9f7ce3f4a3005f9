"""Bad input is refused with its values, and nothing of the call is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from recto.engine.page import Box, Word
from recto.engine.store.plan import DenseArm, PageFilter, SearchPlan, SparseArm
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.engine.vectors import Multivector, PageVectors, SparseVector
from tests.engine.store.samples import content, document, page, pid, sha, word

GOOD = page("a", 1, [[1, 1]])


def _boxed(box: list[float]) -> PageRecord:
    boxes = np.array([box], dtype=np.float32)
    patches = Multivector(vectors=np.ones((1, 2), dtype=np.float32), boxes=boxes)
    return replace(GOOD, vectors=PageVectors(patches=patches, rows=None))


def _words(indices: tuple[int, ...], values: tuple[float, ...]) -> PageRecord:
    return replace(GOOD, words=SparseVector(indices, values))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (page("a", 2, [[1, 2, 3]]), r"page 2 of document .*: patches: .*\(1, 3\).*\(n, 2\)"),
        (page("a", 2, rows=[[1]]), r"rows: .*\(1, 1\)"),
        (page("a", 2, [[1, 1], [1, float("nan")]]), "vector 1 holds nan at 1"),
        (page("a", 2, [[float("-inf"), 1]]), "vector 0 holds -inf at 0"),
        (page("a", 2, [[70000, 1]]), r"70000\.0 at 0.* 65504"),
        (page("a", 2, np.ones((2**19 + 1, 2), dtype=np.float32)), "524289 x 2 .* 1048576"),
        (page("a", 0), "counted from 1"),
        (replace(GOOD, document_id="A" * 64), "'AAA.*64 lower-case"),
        (replace(GOOD, document_id="../x"), "no document id"),
        (_boxed([0, 0, 1.1, 1]), r"box 0 is \[0\.0, 0\.0, 1\.1.*, 1\.0\]"),
        (_boxed([0, -0.1, 1, 1]), "box 0"),
        (_boxed([0.6, 0, 0.5, 1]), "box 0"),
        (_boxed([0, 0, float("nan"), 1]), "box 0"),
        (page("a", 2, shown=content(2, [word("ok"), word("not ok")])), "word 1 is 'not ok'"),
        (page("a", 2, shown=content(2, [word("")])), "word 0 is ''"),
        (page("a", 2, shown=content(2, [word("\ud83e")])), "surrogate"),
        (page("a", 2, shown=content(2, [word("x", -1)])), "in line -1"),
        (page("a", 2, shown=content(2, [Word("x", Box(0, 0, 1, 2), 0)])), "box 0"),
        (page("a", 2, shown=replace(content(2), width=float("inf"))), "size is inf"),
        (_words((1, 1), (1.0, 1.0)), "more than once"),
        (_words((1, 2), (1.0,)), "2 indices, but 1 values"),
        (_words((2**32,), (1.0,)), "4294967295"),
        (_words((-1,), (1.0,)), "from -1"),
        (_words((1,), (float("nan"),)), "above 0"),
        (_words((1,), (0.0,)), "above 0"),
    ],
)
def test_bad_page_refused_and_its_good_siblings_not_written(
    store: Store, bad: PageRecord, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        store.put_pages([page("b", 1), bad])
    assert store.info().pages == 0


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (replace(document("a"), id="x"), "'x' is no document id"),
        (replace(document("a"), state=cast("Any", "lost")), "state is 'lost'"),
        (replace(document("a"), metadata={"x": cast("Any", None)}), "metadata 'x' is None"),
        (replace(document("a"), metadata={"x": float("inf")}), "metadata 'x' is inf"),
        (replace(document("a"), words=SparseVector((1,), (-1.0,))), "above 0"),
    ],
)
def test_bad_document_refused(store: Store, bad: DocumentRecord, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        store.put_documents([document("b"), bad])
    assert store.documents() == []


ONES = np.ones((1, 2), dtype=np.float32)


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        (DenseArm(using="patches", query=np.ones((2, 3), np.float32), limit=1), r"\(2, 3\)"),
        (DenseArm(using="patches", query=np.ones((0, 2), np.float32), limit=1), r"\(0, 2\)"),
        (DenseArm(using="rows", query=ONES * np.float32("nan"), limit=1), "holds nan"),
        (DenseArm(using="rows", query=ONES, limit=0), "limit is 0"),
        (DenseArm(using="rows", query=ONES, limit=1, ids=("x",)), "'x' is no page id"),
        (SparseArm(query=SparseVector((1,), (1.0,)), limit=-1), "limit is -1"),
        (SparseArm(query=SparseVector((1,), (float("inf"),)), limit=1), "above 0"),
    ],
)
def test_bad_arm_refused(store: Store, arm: DenseArm | SparseArm, message: str) -> None:
    store.put_pages([GOOD])
    with pytest.raises(ValueError, match=f"arm 0 of the plan.*{message}|{message}"):
        store.search(SearchPlan(arms=(arm,)))


@pytest.mark.parametrize(
    "filter",
    [
        PageFilter(documents=("x",)),
        PageFilter(not_documents=("x",)),
        PageFilter(ids=(pid("a", 1).upper(),)),
    ],
)
def test_bad_filter_refused(store: Store, filter: PageFilter) -> None:
    with pytest.raises(ValueError, match="expected a"):
        store.count(filter)
    with pytest.raises(ValueError, match="expected a"):
        list(store.scroll(filter))


def test_bad_ids_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="'x' is no page id"):
        store.pages(["x"])
    with pytest.raises(ValueError, match="'x' is no document id"):
        store.delete_pages("x")
    with pytest.raises(ValueError, match="'x' is no document id"):
        store.delete_documents([sha("a"), "x"])
    with pytest.raises(ValueError, match="'x' is no document id"):
        store.documents(["x"])
