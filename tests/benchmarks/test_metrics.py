"""Measures of rankings, against known values and a naive oracle."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.benchmarks.metrics import ndcg, recall, reciprocal_rank

rankings = st.lists(st.integers(0, 15), unique=True, max_size=12)
relevants = st.frozensets(st.integers(0, 15), min_size=1, max_size=5)
depths = st.integers(1, 12)


def naive_ndcg(ranking: list[int], relevant: frozenset[int], k: int) -> float:
    def gain(flags: list[bool]) -> float:
        total = 0.0
        for place in range(1, k + 1):
            if place <= len(flags) and flags[place - 1]:
                total += log(2) / log(place + 1)
        return total

    ideal = sorted((True for _ in relevant), reverse=True)
    return gain([item in relevant for item in ranking]) / gain(ideal)


@given(rankings, relevants, depths)
def test_ndcg_equals_the_oracle(ranking: list[int], relevant: frozenset[int], k: int) -> None:
    assert ndcg(ranking, relevant, k) == pytest.approx(naive_ndcg(ranking, relevant, k))


@pytest.mark.parametrize(
    ("ranking", "relevant", "k", "expected"),
    [
        ("abc", "a", 5, 1.0),
        ("abc", "b", 5, 0.6309),  # 1 / log2(3)
        ("abc", "c", 5, 0.5),
        ("abc", "c", 2, 0.0),
        ("abcd", "bd", 5, 0.6509),  # (0.6309 + 0.4307) / (1 + 0.6309)
        ("abc", "xyz", 5, 0.0),
        ("a", "ab", 1, 1.0),
        ("", "a", 5, 0.0),
    ],
)
def test_ndcg_known_values(ranking: str, relevant: str, k: int, expected: float) -> None:
    assert ndcg(ranking, set(relevant), k) == pytest.approx(expected, abs=5e-5)


@given(rankings, relevants, depths)
def test_ndcg_is_one_only_at_the_best(ranking: list[int], relevant: frozenset[int], k: int) -> None:
    value = ndcg(ranking, relevant, k)
    top = ranking[: min(k, len(relevant))]
    best = len(top) == min(k, len(relevant)) and relevant.issuperset(top)
    assert 0 <= value <= 1 + 1e-12
    assert (value > 1 - 1e-12) == best


@pytest.mark.parametrize(
    ("k", "expected"), [(1, 0.0), (2, 1 / 3), (3, 1 / 3), (4, 2 / 3), (10, 2 / 3)]
)
def test_recall_is_the_share_found(k: int, expected: float) -> None:
    assert recall("abcd", set("bdx"), k) == pytest.approx(expected)


@given(rankings, relevants, depths)
def test_recall_never_falls_with_depth(
    ranking: list[int], relevant: frozenset[int], k: int
) -> None:
    assert recall(ranking, relevant, k) <= recall(ranking, relevant, k + 1)


@pytest.mark.parametrize(
    ("relevant", "expected"), [("a", 1.0), ("cd", 1 / 3), ("d", 1 / 4), ("x", 0.0)]
)
def test_reciprocal_rank_of_the_first(relevant: str, expected: float) -> None:
    assert reciprocal_rank("abcd", set(relevant)) == pytest.approx(expected)
