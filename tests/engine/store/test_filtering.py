"""Which pages a condition lets through, and what happens when what is known of them changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from recto.engine.store.condition import (
    And,
    Attributes,
    Between,
    Condition,
    Equals,
    HasWords,
    Not,
    OneOf,
    Or,
)
from recto.engine.store.plan import DenseArm, PageFilter, SearchPlan, SparseArm
from recto.engine.store.protocol import Store, StoredPage
from recto.engine.vectors import SparseVector
from tests.engine.store.samples import page, pid, sha

FIRST: Attributes = {
    "kind": "pdf",
    "title": "Annual Reports, 2023",
    "tags": ("finance", "audit"),
    "meta.year": 2023,
    "meta.final": True,
    "added": "2024-01-01T10:00:00+00:00",
}
SECOND: Attributes = {
    "kind": "docx",
    "title": "a draft",
    "tags": (),
    "meta.year": 2024.5,
    "meta.final": False,
    'meta.odd "key"': "yes",
    "added": "2024-05-01",
}


@pytest.fixture
def described(store: Store) -> Store:
    store.put_pages([page("a", n, [[n, 0]], words={1: 1.0}, attributes=FIRST) for n in (1, 2)])
    store.put_pages([page("b", n, [[n, 0]], words={1: 2.0}, attributes=SECOND) for n in (1, 2)])
    store.put_pages([page("c", 1, [[5, 0]], words={1: 3.0})])
    return store


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Equals("kind", "pdf"), "a"),
        (Equals("kind", "PDF"), ""),
        (Equals("tags", "audit"), "a"),
        (OneOf("kind", ("docx", "pdf")), "ab"),
        (OneOf("meta.year", (2023.0, "2024")), "a"),
        (Equals("meta.final", True), "a"),
        (Equals("meta.final", False), "b"),
        (Equals("meta.final", 1), ""),
        (Equals('meta.odd "key"', "yes"), "b"),
        (Between(field="meta.year", above=2023), "b"),
        (Between(field="meta.year", least=2023, below=2024.5), "a"),
        (HasWords("title", "annual report"), "a"),
        (HasWords("title", "report annually"), ""),
        (HasWords("tags", "Finance audits"), "a"),
        (Equals("added", date(2024, 1, 1)), "a"),
        (Between(field="added", above=date(2024, 1, 1)), "b"),
        (Between(field="added", most=datetime(2024, 1, 1, 10, tzinfo=UTC)), "a"),
        (Between(field="kind", least=1), ""),
        (Not(Equals("kind", "pdf")), "bc"),
        (And((Equals("kind", "pdf"), Equals("tags", "hr"))), ""),
        (Or((Equals("kind", "docx"), Not(Between(field="meta.year", least=0)))), "bc"),
        (Not(Or((Equals("kind", "docx"), Equals("kind", "pdf")))), "c"),
    ],
)
def test_condition_lets_through(described: Store, condition: Condition, found: str) -> None:
    pages = described.scroll(PageFilter(where=condition))
    names = {sha(name): name for name in "abc"}
    assert "".join(sorted({names[page.document_id] for page in pages})) == found


def test_condition_on_the_page_number(described: Store) -> None:
    seen = PageFilter(where=And((Between(field="page", least=2), Equals("kind", "pdf"))))
    assert [page.id for page in described.scroll(seen)] == [pid("a", 2)]


def test_condition_confines_every_arm(described: Store) -> None:
    arms = (
        DenseArm(using="patches", query=np.array([[1, 0]], np.float32), limit=9),
        SparseArm(query=SparseVector.of({1: 1.0}), limit=9),
        DenseArm(
            using="patches", query=np.array([[1, 0]], np.float32), limit=9, ids=(pid("c", 1),)
        ),
    )
    plan = SearchPlan(arms=arms, filter=PageFilter(where=Equals("kind", "docx")))
    dense, sparse, rescored = described.search(plan)
    assert [hit.id for hit in dense] == [pid("b", 2), pid("b", 1)]
    assert {hit.id for hit in sparse} == {pid("b", 1), pid("b", 2)}
    assert rescored == ()


def test_condition_joins_the_rest_of_the_filter(described: Store) -> None:
    where = Not(Equals("kind", "docx"))
    assert described.count(PageFilter(where=where)) == 3
    assert described.count(PageFilter(where=where, documents=(sha("a"), sha("b")), first=2)) == 1


def test_describe_replaces_what_was_known(described: Store) -> None:
    before = list(described.scroll(PageFilter(documents=(sha("a"),)), with_vectors=True))
    described.describe(sha("a"), {"meta.new": "x"})
    assert described.count(PageFilter(where=Equals("meta.new", "x"))) == 2
    assert described.count(PageFilter(where=Equals("kind", "pdf"))) == 0
    after = list(described.scroll(PageFilter(documents=(sha("a"),)), with_vectors=True))
    assert [(p.id, p.content, _patches(p)) for p in after] == [
        (p.id, p.content, _patches(p)) for p in before
    ]


def _patches(page: StoredPage) -> object:
    assert page.vectors is not None
    assert page.vectors.patches is not None
    return page.vectors.patches.vectors.tolist()


def test_describe_of_nothing_is_nothing(described: Store) -> None:
    described.describe(sha("z"), {"kind": "pdf"})
    assert described.count(PageFilter()) == 5


def test_condition_on_more_pages_than_are_few(store: Store) -> None:
    kinds: list[Attributes] = [
        {"meta.n-1": n, "meta.ö": f"t{n}", "title": f"a {n}"} for n in (0, 1)
    ]
    store.put_pages([page("a", n, attributes=kinds[n % 2]) for n in range(1, 700)])
    odd = (Equals("meta.n-1", 1), Equals("meta.ö", "t1"), HasWords("title", "1"))
    for condition in (*odd, Not(Not(odd[0]))):  # at first without an index, then with one
        for where in (condition, Or((condition, odd[0]))):
            assert store.count(PageFilter(where=where)) == 350
    store.put_pages([page("b", 1, attributes=kinds[1])])
    store.describe(sha("a"), kinds[0])
    assert store.count(PageFilter(where=And(odd))) == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, ["a"]])
def test_attributes_that_cannot_be_kept_are_refused(store: Store, value: object) -> None:
    bad: Attributes = {"meta.x": value}  # type: ignore[dict-item]
    with pytest.raises(ValueError, match=r"attribute 'meta\.x'"):
        store.put_pages([page("a", 1, attributes=bad)])
    with pytest.raises(ValueError, match=r"attribute 'meta\.x'"):
        store.describe(sha("a"), bad)
    assert store.count(PageFilter()) == 0


def test_numbers_beyond_floats_fulfil_nothing(store: Store) -> None:
    store.put_pages([page("a", 1, attributes={"meta.x": 10**400})])
    assert store.count(PageFilter(where=Between(field="meta.x", least=0))) == 0
