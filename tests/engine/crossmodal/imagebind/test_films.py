"""Which frames of a film are seen, at which size, and where they are cut."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.crossmodal.imagebind.films import (
    clip_starts,
    corners,
    film_input,
    frame_pairs,
    resized,
)
from recto.engine.crossmodal.imagebind.pictures import MEAN, STD
from tests.engine.crossmodal.films import ArrayFilm


def test_starts_reach_the_end() -> None:
    """Divided by the number of clips in place of one less, they would be 0, 1 and 2."""
    assert clip_starts(5.0, 3) == [0, Fraction(3, 2), 3]


@pytest.mark.parametrize("seconds", [0.1, 2.0])
def test_short_film_starts_at_zero(seconds: float) -> None:
    assert clip_starts(seconds, 5) == [0] * 5


def test_frames_of_a_film() -> None:
    """10 s at 25 a second: starts 0, 2, 4, 6, 8, each with its first and its last frame."""
    assert frame_pairs(Fraction(25), 250) == [(0, 49), (50, 99), (100, 149), (150, 199), (200, 249)]


def test_frames_of_a_broadcast() -> None:
    """30000/1001 a second, 100 frames: 3.336667 s, starts 0.3341667 apart, rounded up exactly."""
    rate = Fraction(30000, 1001)
    assert frame_pairs(rate, 100) == [(0, 59), (11, 69), (21, 79), (31, 89), (41, 99)]


def test_length_is_a_float_first() -> None:
    """51 frames at 25 a second: 2.04 - 2 is 0.04000000000000004, of which 25 times as much is above
    1. Reckoned exactly, the last clip would begin with frame 1."""
    assert frame_pairs(Fraction(25), 51)[-1] == (2, 50)


def _naive_pairs(rate: Fraction, count: int) -> list[tuple[int, int]]:
    """Length and rate as floats; starts as fractions of what is left of the float; numbers again
    from floats."""
    fps = float(rate)
    left = float(count) / fps - 2
    step = Fraction(left if left > 0 else 0) / 4
    pairs = []
    for clip in range(5):
        begin, end = step * clip, step * clip + 2
        numbers = list(
            range(math.ceil(fps * float(begin)), min(math.ceil(fps * float(end)), count))
        )
        pairs.append((numbers[0], numbers[-1]))
    return pairs


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(25), Fraction(10)])
def test_frames_equal_naive_reckoning(rate: Fraction) -> None:
    for count in range(1, 400):
        assert frame_pairs(rate, count) == _naive_pairs(rate, count)


@given(rate=st.fractions(Fraction(1, 10), 240, max_denominator=1001), count=st.integers(1, 100_000))
def test_frames_are_those_of_the_film(rate: Fraction, count: int) -> None:
    pairs = frame_pairs(rate, count)
    assert all(0 <= first <= last < count for first, last in pairs)
    assert pairs == sorted(pairs)
    assert pairs[-1][1] == count - 1


@pytest.mark.parametrize("size", [(240, 320), (360, 202), (224, 224), (100, 75), (3, 500)])
def test_resized_equals_torch(size: tuple[int, int]) -> None:
    torch = pytest.importorskip("torch")
    frame = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    height, width = size
    new = (int(height / width * 224), 224) if width < height else (224, int(width / height * 224))
    pixels = torch.from_numpy(frame).permute(2, 0, 1)[None].float() / 255
    small = torch.nn.functional.interpolate(pixels, new, mode="bilinear", align_corners=False)
    wanted = (small[0].permute(1, 2, 0).numpy() - MEAN) / STD
    np.testing.assert_allclose(resized(frame), wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((224, 299), [(0, 0), (0, 38), (0, 75)]),
        ((299, 224), [(0, 0), (38, 0), (75, 0)]),
        ((224, 224), [(0, 0), (0, 0), (0, 0)]),
    ],
)
def test_corners(size: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    assert list(corners(*size, 3)) == expected
    assert list(corners(*size, 1)) == expected[1:2]


def test_film_is_clips_of_crops() -> None:
    """Frame n is of grey n; the crops of a clip follow each other."""
    grey = np.arange(0, 250, dtype=np.uint8)
    film = ArrayFilm(np.broadcast_to(grey[:, None, None, None], (250, 24, 32, 3)), Fraction(25))
    seen = film_input(film)
    assert seen.shape == (15, 3, 2, 224, 224)
    greys = (seen[:, 0, :, 0, 0] * STD[0] + MEAN[0]) * 255
    np.testing.assert_allclose(greys[::3], frame_pairs(Fraction(25), 250), atol=1e-3)
    np.testing.assert_array_equal(greys[::3], greys[2::3])


def test_middle_crop_alone_is_the_middle_of_three() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (10, 24, 48, 3), np.uint8)
    film = ArrayFilm(frames, Fraction(5))
    np.testing.assert_array_equal(film_input(film, crops=1), film_input(film)[1::3])


def test_single_frame() -> None:
    film = ArrayFilm(np.zeros((1, 30, 30, 3), np.uint8), Fraction(25))
    assert film_input(film, clips=1, crops=1).shape == (1, 3, 2, 224, 224)
