"""Intervals and pairs, against what can be counted by hand."""

from __future__ import annotations

import tracemalloc
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.benchmarks.significance import SAMPLES, difference, holm, interval

values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(values)
@settings(max_examples=20, deadline=None)
def test_interval_holds_the_mean_and_keeps_within_the_values(some: list[float]) -> None:
    found = interval(some)
    assert found == interval(some)
    assert min(some) - 1e-9 <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= max(some) + 1e-9


def test_interval_is_as_wide_as_the_standard_error_says() -> None:
    coins = interval([0.0, 1.0] * 50)
    assert coins.high - coins.low == pytest.approx(2 * 1.96 * 0.5 / 100**0.5, rel=0.05)


def test_p_is_the_share_of_signs_that_differ_as_much() -> None:
    gains = [0.5, 0.25, -0.125, 0.5, 0.0, 0.25]
    seen = abs(sum(gains))
    ways = [
        sum(g * sign for g, sign in zip(gains, s, strict=True)) for s in product((1, -1), repeat=6)
    ]
    exact = sum(abs(way) >= seen for way in ways) / len(ways)
    found = difference([0.0] * 6, gains)
    assert found.p == pytest.approx(exact, abs=0.02)
    assert (found.better, found.worse) == (4, 1)


def test_a_run_does_not_differ_from_itself() -> None:
    same = difference([0.2, 0.9, 1.0], [0.2, 0.9, 1.0])
    assert (same.mean, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_runs_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 and 1 values"):
        difference([1.0, 0.5], [1.0])


def test_many_values_need_little_memory() -> None:
    values = [float(i % 7) for i in range(300)]
    tracemalloc.start()
    try:
        difference(values, values[::-1])
        assert tracemalloc.get_traced_memory()[1] < 2 * SAMPLES * len(values)  # bytes, of 8 each
    finally:
        tracemalloc.stop()


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=10))
def test_holm_keeps_the_order_and_never_lowers(p: list[float]) -> None:
    adjusted = holm(p)
    assert all(one <= other <= 1 for one, other in zip(p, adjusted, strict=True))
    pairs = sorted(zip(p, adjusted, strict=True))
    assert [other for _, other in pairs] == sorted(adjusted)
