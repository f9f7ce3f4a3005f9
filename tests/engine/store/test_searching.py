"""Searches: scores against numbers worked out by hand or naively, filters, ties, limits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from recto.engine.store.plan import DenseArm, DenseName, PageFilter, SearchPlan, SparseArm
from recto.engine.store.protocol import Store
from recto.engine.vectors import SparseVector
from tests.engine.store.samples import document, page, pid, sha


def _dense(query: list[list[float]], limit: int = 10, using: DenseName = "patches") -> DenseArm:
    return DenseArm(using=using, query=np.array(query, dtype=np.float32), limit=limit)


def _sparse(terms: dict[int, float], limit: int = 10) -> SparseArm:
    return SparseArm(query=SparseVector.of(terms), limit=limit)


def _idf(total: int, having: int) -> float:
    return math.log(1 + (total - having + 0.5) / (having + 0.5))


def _search(
    store: Store, arm: DenseArm | SparseArm, filter: PageFilter | None = None
) -> list[tuple[str, object]]:
    [ranking] = store.search(SearchPlan(arms=(arm,), filter=filter or PageFilter()))
    return [(id, pytest.approx(score, rel=1e-3)) for id, score in ranking]


def test_maxsim_takes_the_best_match_of_every_query_vector(store: Store) -> None:
    store.put_pages([page("a", 1, [[1, 0], [0, 2]]), page("a", 2, [[0.5, 0.5], [-1, 3], [-9, -9]])])
    # a/1: max(1, 0) + max(0, 2) = 3; a/2: max(0.5, -1, -9) + max(0.5, 3, -9) = 3.5
    assert _search(store, _dense([[1, 0], [0, 1]])) == [(pid("a", 2), 3.5), (pid("a", 1), 3.0)]


def test_maxsim_may_be_negative(store: Store) -> None:
    store.put_pages([page("a", 1, [[-1, 0], [-2, 0]]), page("a", 2, [[-3, 0]])])
    assert _search(store, _dense([[2, 0]])) == [(pid("a", 1), -2.0), (pid("a", 2), -6.0)]


def test_rows_and_patches_are_searched_apart(store: Store) -> None:
    store.put_pages([page("a", 1, [[1, 0]], rows=[[0, 5]]), page("a", 2, [[2, 0]])])
    assert _search(store, _dense([[1, 1]], using="rows")) == [(pid("a", 1), 5.0)]
    assert _search(store, _dense([[1, 1]])) == [(pid("a", 2), 2.0), (pid("a", 1), 1.0)]


def test_words_weighted_by_idf(store: Store) -> None:
    terms = [{7: 1.0, 8: 2.0}, {8: 1.0}, {8: 0.5, 9: 4.0}, {9: 1.0}, {}]
    store.put_pages([page("a", n, words=w) for n, w in enumerate(terms, 1)])
    seven, eight = _idf(4, 1), _idf(4, 3)  # the page without words does not count
    assert _search(store, _sparse({7: 3.0, 8: 1.0, 99: 5.0})) == [
        (pid("a", 1), 3 * seven + 2 * eight),
        (pid("a", 2), eight),
        (pid("a", 3), 0.5 * eight),
    ]


def test_idf_counts_what_a_filter_hides(store: Store) -> None:
    store.put_pages([page(name, 1, words={7: 1.0}) for name in "abc"])
    store.put_pages([page(name, 1, words={8: 1.0}) for name in "de"])
    found = _search(store, _sparse({7: 1.0}), PageFilter(documents=(sha("a"), sha("d"))))
    assert found == [(pid("a", 1), _idf(5, 3))]


@pytest.mark.parametrize("optimized", [False, True])
def test_idf_forgets_what_was_deleted_or_overwritten(store: Store, optimized: bool) -> None:
    store.put_pages([page("a", n, words={7: 1.0}) for n in range(1, 9)])
    store.put_documents([document(str(n), words={7: 1.0}) for n in range(8)])
    if optimized:
        store.optimize()
    store.delete_pages(sha("a"), after=4)
    store.put_pages([page("a", n, words={8: 1.0}) for n in (3, 4)])
    store.delete_documents([sha(str(n)) for n in range(4)])
    store.put_documents([document(str(n), words={8: 1.0}) for n in (4, 5)])
    scores = [score for _, score in _search(store, _sparse({7: 1.0}))]
    assert scores == [_idf(4, 2)] * 2
    scores = [hit.score for hit in store.search_documents(SparseVector.of({7: 1.0}), limit=9)]
    assert scores == [pytest.approx(_idf(4, 2), rel=1e-3)] * 2


def test_no_shared_term_is_not_found(store: Store) -> None:
    store.put_pages([page("a", 1, words={7: 1.0})])
    assert _search(store, _sparse({8: 1.0})) == []
    assert _search(store, _sparse({})) == []


def test_blank_pages_are_found_by_nothing_but_a_scroll(store: Store) -> None:
    store.put_pages([page("a", 1), page("a", 2, [[1, 1]], rows=[[1, 1]], words={7: 1.0})])
    for arm in (_dense([[1, 1]]), _dense([[1, 1]], using="rows"), _sparse({7: 1.0})):
        assert [id for id, _ in _search(store, arm)] == [pid("a", 2)]
    assert [p.id for p in store.scroll(PageFilter())] == sorted([pid("a", 1), pid("a", 2)])


def test_every_arm_has_its_ranking(store: Store) -> None:
    store.put_pages([page("a", 1, [[1, 0]], words={7: 1.0}), page("a", 2, [[2, 0]])])
    plan = SearchPlan(arms=(_sparse({7: 1.0}), _dense([[1, 0]], 1), _dense([[-1, 0]])))
    ids = [[id for id, _ in ranking] for ranking in store.search(plan)]
    assert ids == [[pid("a", 1)], [pid("a", 2)], [pid("a", 1), pid("a", 2)]]
    assert store.search(SearchPlan(arms=())) == ()


def _everything(store: Store) -> list[tuple[str, int]]:
    names = {sha(name): name for name in "abc"}
    store.put_pages(
        [page(name, n, [[1, n]], rows=[[1, n]], words={7: n}) for name in "abc" for n in (1, 2, 3)]
    )
    return [(names[p.document_id], p.content.number) for p in store.scroll(PageFilter())]


A, B, C = sha("a"), sha("b"), sha("c")


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (PageFilter(documents=(A, C)), "a1 a2 a3 c1 c2 c3"),
        (PageFilter(documents=()), ""),
        (PageFilter(documents=(sha("nobody"),)), ""),
        (PageFilter(not_documents=(B, sha("nobody"))), "a1 a2 a3 c1 c2 c3"),
        (PageFilter(documents=(A, B), not_documents=(B,)), "a1 a2 a3"),
        (PageFilter(first=2), "a2 a3 b2 b3 c2 c3"),
        (PageFilter(last=1), "a1 b1 c1"),
        (PageFilter(first=2, last=2, documents=(A,)), "a2"),
        (PageFilter(first=3, last=2), ""),
        (PageFilter(ids=(pid("a", 1), pid("c", 3), pid("nobody", 1))), "a1 c3"),
        (PageFilter(ids=(pid("a", 1), pid("c", 3)), first=2), "c3"),
        (PageFilter(ids=()), ""),
    ],
)
def test_filter(store: Store, filter: PageFilter, expected: str) -> None:
    _everything(store)
    ids = sorted(pid(token[0], int(token[1])) for token in expected.split())
    assert [p.id for p in store.scroll(filter)] == ids
    assert store.count(filter) == len(ids)
    for arm in (_dense([[0, 1]]), _dense([[0, 1]], using="rows"), _sparse({7: 1.0})):
        assert sorted(id for id, _ in _search(store, arm, filter)) == ids


def test_ids_of_an_arm_confine_it_alone(store: Store) -> None:
    _everything(store)
    some = (pid("a", 1), pid("b", 2))
    query = np.array([[0, 1]], dtype=np.float32)
    plan = SearchPlan(
        arms=(
            DenseArm(using="patches", query=query, limit=9, ids=some),
            SparseArm(query=SparseVector.of({7: 1.0}), limit=9, ids=some),
            DenseArm(using="patches", query=query, limit=9, ids=()),
            DenseArm(using="rows", query=query, limit=9),
        ),
        filter=PageFilter(not_documents=(A,)),
    )
    ids = [[id for id, _ in ranking] for ranking in store.search(plan)]
    assert ids[:3] == [[pid("b", 2)], [pid("b", 2)], []]
    assert len(ids[3]) == 6


def _stages(store: Store) -> list[list[float]]:
    """Pages 1 to 8 of a: the higher the number, the better by patches and the worse by rows."""
    store.put_pages(
        [page("a", n, [[n, 0]], rows=[[0, -n]], words={7: 1.0, 8: n}) for n in range(1, 9)]
    )
    store.put_pages([page("b", 9, [[99, 0]], words={9: 1.0}), page("b", 10, rows=[[0, 9]])])
    return [[1, 1]]


def test_arm_ranks_what_the_stage_below_proposes(store: Store) -> None:
    query = _stages(store)
    arm = replace(_dense(query, 2), among=(_dense(query, 3, "rows"),))
    # By rows b/10, a/1 and a/2 are the best three, of which b/10 has no patches.
    assert _search(store, arm) == [(pid("a", 2), 2.0), (pid("a", 1), 1.0)]


def test_stages_beside_each_other_propose_together(store: Store) -> None:
    query = _stages(store)
    arm = replace(_dense(query, 9), among=(_dense(query, 2, "rows"), _sparse({8: 1.0}, 2)))
    assert [id for id, _ in _search(store, arm)] == [pid("a", n) for n in (8, 7, 1)]


def test_stages_may_stand_on_stages(store: Store) -> None:
    query = _stages(store)
    middle = replace(_dense(query, 2, "rows"), among=(_sparse({8: 1.0}, 4),))
    arm = replace(_dense(query, 9), among=(middle,))
    assert [id for id, _ in _search(store, arm)] == [pid("a", 6), pid("a", 5)]


def test_filter_confines_every_stage(store: Store) -> None:
    query = _stages(store)
    arm = replace(_dense(query, 9), among=(_dense(query, 2, "rows"), _sparse({9: 1.0})))
    found = _search(store, arm, PageFilter(first=4, documents=(sha("a"),)))
    assert [id for id, _ in found] == [pid("a", 5), pid("a", 4)]


def test_stages_see_one_tenant_alone(store: Store) -> None:
    query = _stages(store.within("acme"))
    store.within("zenith").put_pages([page("a", 1, [[1, 0]], rows=[[0, -5]])])
    arm = replace(_dense(query, 9), among=(_dense(query, 1, "rows"),))
    assert _search(store.within("zenith"), arm) == [(pid("a", 1, "zenith"), 1.0)]


def test_ids_confine_the_stage_that_has_them(store: Store) -> None:
    query = _stages(store)
    named = replace(_dense(query, 9, "rows"), ids=(pid("a", 7),))
    arm = replace(_dense(query, 9), among=(named, _dense(query, 2, "rows")))
    assert [id for id, _ in _search(store, arm)] == [pid("a", 7), pid("a", 1)]
    empty = replace(_dense(query, 9), among=(replace(named, ids=()),))
    assert _search(store, empty) == []


@pytest.mark.parametrize("limit", [1, 2, 5, 17, 39, 40, 41])
def test_ties_in_the_order_of_ids_also_where_the_limit_cuts(store: Store, limit: int) -> None:
    store.put_pages([page("a", n, [[1, 1]], words={7: 1.0}) for n in range(1, 40)])
    store.put_pages([page("b", 1, [[2, 2]], words={7: 2.0})])
    expected = [pid("b", 1), *sorted(pid("a", n) for n in range(1, 40))][:limit]
    assert [id for id, _ in _search(store, _dense([[1, 1]], limit))] == expected
    assert [id for id, _ in _search(store, _sparse({7: 1.0}, limit))] == expected


@pytest.mark.parametrize("limit", [1, 3, 30])
def test_documents_found_by_their_words(store: Store, limit: int) -> None:
    store.put_documents([document(str(n), state="adding", words={7: 1.0}) for n in range(25)])
    store.put_documents([document("best", words={7: 2.0, 8: 1.0}), document("other", words={9: 1})])
    hits = store.search_documents(SparseVector.of({7: 1.0, 8: 1.0}), limit=limit)
    ids = [sha("best"), *sorted(sha(str(n)) for n in range(25))]
    assert [hit.id for hit in hits] == ids[:limit]
    assert hits[0].score == pytest.approx(2 * _idf(27, 26) + _idf(27, 1), rel=1e-3)
    assert store.search_documents(SparseVector((), ()), limit=3) == ()


def test_many_random_pages_against_a_naive_loop(store: Store) -> None:
    random = np.random.default_rng(1)
    pages = [
        random.standard_normal((random.integers(1, 30), 2), dtype=np.float32) for _ in range(300)
    ]
    store.put_pages([page("a", n, vectors) for n, vectors in enumerate(pages, 1)])
    query = random.standard_normal((9, 2), dtype=np.float32)
    [ranking] = store.search(SearchPlan(arms=(_dense(query.tolist(), 300),)))
    naive = {
        pid("a", n): sum(max(float(q @ v) for v in vectors) for q in query)
        for n, vectors in enumerate(pages, 1)
    }
    assert {id for id, _ in ranking} == naive.keys()
    assert all(score == pytest.approx(naive[id], rel=5e-3, abs=5e-3) for id, score in ranking)
    scores = [score for _, score in ranking]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("filter", [PageFilter(), PageFilter(first=40, last=260)])
def test_best_few_of_many_pages_against_a_naive_loop(store: Store, filter: PageFilter) -> None:
    random = np.random.default_rng(2)
    pages = [
        random.standard_normal((random.integers(1, 9), 2)).astype(np.float16).astype(np.float32)
        for _ in range(300)
    ]
    store.put_pages([page("a", n, vectors) for n, vectors in enumerate(pages, 1)])
    store.optimize()
    seen = range(filter.first or 1, (filter.last or 300) + 1)
    for _ in range(10):
        query = random.standard_normal((4, 2)).astype(np.float16).astype(np.float32)
        arm = DenseArm(using="patches", query=query, limit=7)
        (ranking,) = store.search(SearchPlan(arms=(arm,), filter=filter))
        naive = {pid("a", n): float((query @ pages[n - 1].T).max(axis=1).sum()) for n in seen}
        best = sorted(naive.values(), reverse=True)[:7]
        assert [score for _, score in ranking] == pytest.approx(best, rel=2e-3)
        assert [naive[id] for id, _ in ranking] == pytest.approx(best, rel=2e-3)
