from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from recto.engine.encoders.windows import cut

lengths = st.integers(0, 3000)
shapes = st.integers(2, 130).flatmap(
    lambda size: st.tuples(st.just(size), st.integers(0, size - 1))
)


@given(lengths, shapes)
def test_every_token_is_kept_once(length: int, shape: tuple[int, int]) -> None:
    size, overlap = shape
    windows = cut(length, size=size, overlap=overlap)
    kept = [i for window in windows for i in range(window.keep_first, window.keep_last)]
    assert kept == list(range(length))


@given(lengths, shapes)
def test_windows_hold_what_they_keep_and_no_more_than_their_size(
    length: int, shape: tuple[int, int]
) -> None:
    size, overlap = shape
    for first, last, keep_first, keep_last in cut(length, size=size, overlap=overlap):
        assert 0 <= first <= keep_first <= keep_last <= last <= length
        assert last - first <= size


@given(lengths, shapes)
def test_neighbours_share_at_least_the_overlap(length: int, shape: tuple[int, int]) -> None:
    size, overlap = shape
    windows = cut(length, size=size, overlap=overlap)
    for one, other in itertools.pairwise(windows):
        assert one.last - other.first >= overlap
