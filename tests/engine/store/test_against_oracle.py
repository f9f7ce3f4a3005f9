"""Any sequence of calls leaves the embedded store and the oracle with the same contents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recto.engine.store.opening import open_edge
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import DenseArm, DenseName, PageFilter, SearchPlan, SparseArm
from recto.engine.store.protocol import Store
from recto.engine.store.records import PageRecord
from recto.engine.vectors import SparseVector
from tests.engine.store.conditions import attributes, conditions
from tests.engine.store.samples import ENCODER, document, page, pid, sha

Call = Callable[[Store], None]
NAMES = "abc"


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_edge(tmp_path_factory.mktemp("library"), ENCODER, create=True) as store:
        yield store


_names = st.sampled_from(NAMES)
_numbers = st.integers(1, 6)
# Small whole numbers, so that scores are exact and equal ones are exactly equal.
_vectors = st.lists(st.lists(st.integers(-3, 3), min_size=2, max_size=2), min_size=1, max_size=9)
_terms = st.dictionaries(st.integers(1, 5), st.integers(1, 2).map(float), max_size=3)
_filters = st.builds(
    PageFilter,
    documents=st.none() | st.lists(_names.map(sha), max_size=2).map(tuple),
    not_documents=st.lists(_names.map(sha), max_size=1).map(tuple),
    first=st.none() | _numbers,
    last=st.none() | _numbers,
    ids=st.none() | st.lists(st.builds(pid, _names, _numbers), max_size=5).map(tuple),
    where=st.none() | conditions,
)
_tenants = st.sampled_from(("", "", "t", "u"))


@st.composite
def _pages(draw: st.DrawFn) -> PageRecord:
    patches, rows = draw(st.none() | _vectors), draw(st.none() | _vectors)
    return page(
        draw(_names),
        draw(_numbers),
        patches,
        rows=rows,
        words=draw(_terms),
        attributes=draw(attributes),
    )


@st.composite
def _calls(draw: st.DrawFn) -> Call:
    pages = draw(st.lists(_pages(), max_size=6))
    name, number, words = draw(_names), draw(st.integers(0, 6)), draw(_terms)
    record = replace(document(name, words=words), size=number, described=number)
    described = draw(attributes)
    calls: list[Call] = [
        lambda store: store.put_pages(pages),
        lambda store: store.put_documents([record]),
        lambda store: store.describe(sha(name), described),
        lambda store: store.delete_pages(sha(name), after=number),
        lambda store: store.delete_documents([sha(name)]),
        lambda store: store.flush(),
        lambda store: store.optimize(),
    ]
    return draw(st.sampled_from(calls[:1] * 5 + calls[1:] * 2))


@st.composite
def _plans(draw: st.DrawFn) -> SearchPlan:
    limit = draw(st.integers(1, 20))
    names: tuple[DenseName, ...] = ("patches", "rows")
    query = np.array(draw(_vectors), dtype=np.float32)
    dense = [DenseArm(using=using, query=query, limit=limit) for using in names]
    # Two terms: their sum does not depend on the order in which it is taken.
    terms = draw(st.dictionaries(st.integers(1, 5), st.just(1.0), max_size=2))
    sparse = SparseArm(query=SparseVector.of(terms), limit=limit)
    return SearchPlan(arms=(*dense, sparse), filter=draw(_filters))


@given(st.lists(st.tuples(_tenants, _calls()), max_size=12), _plans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_same_contents_after_any_calls(
    edge: Store, calls: list[tuple[str, Call]], plan: SearchPlan
) -> None:
    oracle = OracleStore(ENCODER)
    for tenant, name in product(("", "t", "u"), NAMES):
        edge.within(tenant).delete_pages(sha(name))
        edge.within(tenant).delete_documents([sha(name)])
    for tenant, call in calls:
        call(edge.within(tenant))
        call(oracle.within(tenant))
    assert edge.tenants() == oracle.tenants()
    for tenant in ("", "t", "u"):
        _assert_same_contents(edge.within(tenant), oracle.within(tenant), plan.filter)
        _assert_same_rankings(edge.within(tenant), oracle.within(tenant), plan)


def _assert_same_contents(edge: Store, oracle: Store, filter: PageFilter) -> None:
    assert edge.documents() == oracle.documents()
    assert edge.count(filter) == oracle.count(filter)
    stored, expected = (
        [
            (p.id, p.document_id, p.content, _lists(p.vectors))
            for p in store.scroll(filter, with_vectors=True)
        ]
        for store in (edge, oracle)
    )
    assert stored == expected
    assert (edge.info().pages, edge.info().documents) == (
        oracle.info().pages,
        oracle.info().documents,
    )


def _lists(vectors: object) -> list[object]:
    found = [getattr(vectors, name) for name in ("patches", "rows")]
    return [m and (m.vectors.tolist(), m.boxes.tolist()) for m in found]


def _assert_same_rankings(edge: Store, oracle: Store, plan: SearchPlan) -> None:
    terms = plan.arms[-1].query
    assert isinstance(terms, SparseVector)
    limit = plan.arms[0].limit
    rankings, expected = (
        [*store.search(plan), store.search_documents(terms, limit=limit)]
        for store in (edge, oracle)
    )
    for ranking, truth in zip(rankings, expected, strict=True):
        assert [hit.id for hit in ranking] == [hit.id for hit in truth]
        np.testing.assert_allclose([h.score for h in ranking], [h.score for h in truth], rtol=1e-5)
