"""Measures of rankings, against known values and a naive oracle."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.benchmarks.metrics import MEASURES, measure

rankings = st.lists(st.integers(0, 15), unique=True, max_size=10)
grades = st.dictionaries(st.integers(0, 15), st.integers(1, 3), min_size=1, max_size=5)


def naive(ranking: list[int], grades: dict[int, int], k: int) -> float:
    def gain(found: list[int]) -> float:
        total = 0.0
        for place in range(1, k + 1):
            if place <= len(found):
                total += found[place - 1] * log(2) / log(place + 1)
        return total

    ideal = sorted(grades.values(), reverse=True)
    return gain([grades.get(item, 0) for item in ranking]) / gain(ideal)


@given(st.lists(st.tuples(rankings, grades), min_size=1, max_size=3))
def test_every_ranking_is_measured_as_by_the_oracle(
    pairs: list[tuple[list[int], dict[int, int]]],
) -> None:
    found = measure([ranking for ranking, _ in pairs], [wanted for _, wanted in pairs])
    for values, (ranking, wanted) in zip(found, pairs, strict=True):
        places = [i for i, item in enumerate(ranking, start=1) if item in wanted]
        assert values.keys() == MEASURES.keys()
        assert values["ndcg@5"] == pytest.approx(naive(ranking, wanted, 5))
        assert values["ndcg@10"] == pytest.approx(naive(ranking, wanted, 10))
        for k in (1, 5, 10):
            share = sum(place <= k for place in places) / len(wanted)
            assert values[f"recall@{k}"] == pytest.approx(share)
        assert values["mrr"] == pytest.approx(1 / places[0] if places else 0)


@pytest.mark.parametrize(
    ("ranking", "relevant", "expected"),
    [
        ("abc", "a", 1.0),
        ("abc", "b", 0.6309),  # 1 / log2(3)
        ("abcd", "bd", 0.6509),  # (0.6309 + 0.4307) / (1 + 0.6309)
        ("abc", "xyz", 0.0),
        ("", "a", 0.0),
    ],
)
def test_ndcg_known_values(ranking: str, relevant: str, expected: float) -> None:
    (values,) = measure([ranking], [dict.fromkeys(relevant, 1)])
    assert values["ndcg@5"] == pytest.approx(expected, abs=5e-5)
