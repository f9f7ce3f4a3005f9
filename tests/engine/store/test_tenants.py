"""Two tenants in one store do not see, count, find, change or remove anything of each other's."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recto.engine.errors import InputError
from recto.engine.store.condition import Equals, Not
from recto.engine.store.plan import DenseArm, PageFilter, SearchPlan, SparseArm
from recto.engine.store.protocol import Store
from recto.engine.vectors import SparseVector
from tests.engine.store.samples import document, page, pid, sha

ALL = PageFilter()


@pytest.fixture
def a(store: Store) -> Store:
    """A store in which tenant a has a document of three pages."""
    a = store.within("a")
    a.put_pages([page("x", n, [[n, 0]], words={1: 1.0}) for n in (1, 2, 3)])
    a.put_documents([document("x", words={5: 1.0})])
    return a


@pytest.fixture(params=["b", ""])
def other(store: Store, a: Store, request: pytest.FixtureRequest) -> Store:
    """The same store for whom a's document does not exist: another tenant, or nobody."""
    name: str = request.param
    return store.within(name)


def test_nothing_of_another_is_read(other: Store) -> None:
    ids = [pid("x", 1, "a"), pid("x", 1), pid("x", 1, "b")]
    assert other.pages(ids) == []
    assert other.texts(ids) == []
    assert other.documents() == []
    assert other.documents([sha("x")]) == []
    assert list(other.scroll(ALL, with_vectors=True)) == []
    assert list(other.scroll(PageFilter(where=Not(Equals("kind", "pdf"))))) == []
    assert other.count(PageFilter(documents=(sha("x"),))) == 0
    assert (other.info().pages, other.info().documents) == (0, 0)


def test_nothing_of_another_is_found(other: Store) -> None:
    dense = DenseArm(using="patches", query=np.array([[1, 0]], np.float32), limit=9)
    sparse = SparseArm(query=SparseVector.of({1: 1.0}), limit=9)
    confined = DenseArm(
        using="patches", query=np.array([[1, 0]], np.float32), limit=9, ids=(pid("x", 1, "a"),)
    )
    assert other.search(SearchPlan(arms=(dense, sparse, confined))) == ((), (), ())
    assert other.search_documents(SparseVector.of({5: 1.0}), limit=9) == ()


def test_nothing_of_another_is_changed(a: Store, other: Store) -> None:
    other.delete_pages(sha("x"))
    other.delete_documents([sha("x")])
    other.describe(sha("x"), {"kind": "gone"})
    other.put_pages([page("x", 1, [[9, 9]])])
    other.put_documents([document("x", state="removing")])
    assert a.count(ALL) == 3
    assert a.count(PageFilter(where=Equals("kind", "gone"))) == 0
    [mine] = a.pages([pid("x", 1, "a")], with_vectors=True)
    assert mine.vectors is not None
    assert mine.vectors.patches is not None
    assert mine.vectors.patches.vectors.tolist() == [[1, 0]]
    assert [record.state for record in a.documents()] == ["ready"]


def test_same_bytes_of_two_are_two(a: Store, other: Store) -> None:
    other.put_pages([page("x", 1, [[9, 9]])])
    assert [p.id for p in other.scroll(ALL)] == [pid("x", 1, other.tenant)]
    assert (a.count(ALL), other.count(ALL)) == (3, 1)
    a.delete_pages(sha("x"))
    assert (a.count(ALL), other.count(ALL)) == (0, 1)


def test_rarity_is_told_from_own_pages(a: Store, other: Store) -> None:
    other.put_pages([page("y", 1, words={1: 1.0}), page("y", 2, words={2: 1.0})])
    [[hit]] = other.search(SearchPlan(arms=(SparseArm(query=SparseVector.of({1: 1.0}), limit=9),)))
    assert hit.score == pytest.approx(math.log(1 + (2 - 1 + 0.5) / (1 + 0.5)), rel=1e-4)


def test_tenants_are_those_with_documents(store: Store, a: Store) -> None:
    assert store.tenants() == ["a"]
    store.within("b").put_documents([document("y", state="adding")])
    assert store.tenants() == store.within("b").tenants() == ["a", "b"]
    a.delete_pages(sha("x"))
    a.delete_documents([sha("x")])
    assert store.tenants() == ["b"]


def test_within_is_the_same_store(store: Store, a: Store) -> None:
    assert (a.tenant, store.tenant, a.within("").tenant) == ("a", "", "")
    assert a.within("b").within("a").count(ALL) == 3
    assert a.encoder == store.encoder


@pytest.mark.parametrize("name", ["../a", "a/b", " ", "-", "ä", "a" * 129, "a\n"])
def test_bad_names_are_refused(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="no name of a tenant"):
        store.within(name)
