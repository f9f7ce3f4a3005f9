"""Pieces of sound and frames of film, spread evenly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.crossmodal.protocol import Sound
from recto.engine.crossmodal.sampling import frames, mono, pieces
from recto.engine.errors import InputError
from tests.engine.crossmodal.films import ArrayFilm


@given(count=st.integers(1, 200), length=st.integers(1, 50))
def test_pieces_cover_the_sound(count: int, length: int) -> None:
    found = pieces(np.arange(count, dtype=np.float32), length)
    assert {int(sample) for piece in found for sample in piece} == set(range(count))
    assert all(len(piece) == min(count, length) for piece in found)


def test_mono_is_the_mean_of_channels() -> None:
    samples = np.array([[1, 0, 1], [0, 0, 1]], np.float32)
    np.testing.assert_array_equal(mono(Sound(samples, 8000), 8000), [0.5, 0, 1])


@pytest.mark.parametrize("samples", [np.zeros((1, 0)), np.zeros(3), np.full((1, 3), np.inf)])
def test_no_sound(samples: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    with pytest.raises(InputError, match=r"[Ss]ound"):
        mono(Sound(samples.astype(np.float32), 8000), 8000)


@pytest.mark.parametrize(
    ("wanted", "expected"), [(1, [0]), (2, [0, 9]), (4, [0, 3, 6, 9]), (99, list(range(10)))]
)
def test_frames_are_spread(wanted: int, expected: list[int]) -> None:
    greys = np.arange(10, dtype=np.uint8)[:, None, None, None]
    film = ArrayFilm(np.broadcast_to(greys, (10, 4, 5, 3)), Fraction(25))
    assert [int(frame[0, 0, 0]) for frame in frames(film, wanted)] == expected


def test_large_frames_are_made_small() -> None:
    film = ArrayFilm(np.zeros((1, 1200, 2048, 3), np.uint8), Fraction(25))
    assert [frame.shape for frame in frames(film, 1)] == [(600, 1024, 3)]
