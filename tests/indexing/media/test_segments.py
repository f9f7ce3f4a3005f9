"""Windows and scenes cover a file, without gaps and none too long."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.indexing.media.segments import Span, cuts, scenes, windows

_seconds = st.floats(0.01, 8000)


@given(_seconds)
def test_windows_cover_the_file(seconds: float) -> None:
    found = windows(seconds)
    assert found[0].begin == 0
    assert found[-1].end == seconds
    assert all(second.begin == first.begin + 5 for first, second in pairwise(found))
    assert all(window.end - window.begin <= 10 for window in found)
    assert all(window.end == window.begin + 10 for window in found[:-1])


@given(_seconds)
def test_no_window_lies_within_another(seconds: float) -> None:
    assert all(second.end > first.end for first, second in pairwise(windows(seconds)))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.1, [(0, 0.1)]),
        (10, [(0, 10)]),
        (10.5, [(0, 10), (5, 10.5)]),
        (15, [(0, 10), (5, 15)]),
        (16, [(0, 10), (5, 15), (10, 16)]),
    ],
)
def test_windows(seconds: float, expected: list[tuple[float, float]]) -> None:
    assert windows(seconds) == [Span(*pair) for pair in expected]


@given(cuts=st.lists(st.floats(0, 300), max_size=30), seconds=st.floats(0.01, 300))
def test_scenes_follow_each_other(cuts: list[float], seconds: float) -> None:
    found = scenes(sorted(cut for cut in cuts if cut < seconds), seconds)
    assert found[0].begin == 0
    assert found[-1].end == seconds
    assert all(first.end == second.begin for first, second in pairwise(found))
    assert all(0 < scene.end - scene.begin <= 10 + 1e-6 for scene in found)


def test_flash_belongs_to_the_scene_before() -> None:
    assert scenes([4.0, 4.2, 7.9], 8.0) == [Span(0, 4), Span(4, 8)]


def _changes(frames: int, at: dict[int, float]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    changes = np.full(frames, 0.02, np.float32)
    for number, change in at.items():
        changes[number] = change
    return changes


def test_cut_stands_out() -> None:
    assert cuts(_changes(100, {30: 0.9, 70: 0.4})).tolist() == [30, 70]


def test_small_change_is_no_cut() -> None:
    assert cuts(_changes(100, {30: 0.25})).tolist() == []


def test_restless_scene_has_no_cuts() -> None:
    rng = np.random.default_rng(0)
    assert cuts(rng.uniform(0.4, 0.6, 100).astype(np.float32)).tolist() == []


def test_no_frames() -> None:
    assert cuts(np.empty(0, np.float32)).tolist() == []
