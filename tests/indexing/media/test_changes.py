"""How different two pictures are."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("av")

from recto.indexing.media.changes import difference, histogram


def _grey(value: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((32, 32, 3), value, np.uint8)


def test_histogram_sums_to_one() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    assert histogram(picture).sum() == pytest.approx(1)
    assert histogram(picture).min() >= 0


def test_level_is_one_place_and_between_levels_two() -> None:
    assert np.count_nonzero(histogram(_grey(85))) == 1
    halfway = np.zeros((32, 32, 3), np.uint8)
    halfway[:, :, 0] = 42
    found = histogram(halfway)
    assert found[0] == pytest.approx(1 - 42 / 85)
    assert found[16] == pytest.approx(42 / 85)


def test_difference() -> None:
    assert difference(histogram(_grey(0)), histogram(_grey(255))) == pytest.approx(1)
    assert difference(histogram(_grey(9)), histogram(_grey(9))) == 0


@pytest.mark.parametrize("value", [20, 42, 84, 127, 200])
def test_flicker_is_small(value: int) -> None:
    """Wherever it lies between the levels."""
    assert difference(histogram(_grey(value)), histogram(_grey(value + 3))) < 0.15
