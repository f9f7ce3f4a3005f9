from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.encoders.remote.grid import LEAST, Grid, Size, find_grid
from recto.engine.errors import EncoderError
from recto.engine.vectors import FloatArray

GRID = Grid(cell=28, side=0, before=4, after=6, most=768)
SIDES = st.integers(min_value=20, max_value=6000)


def output(seed: int, patches: int, before: int = 4, after: int = 6) -> FloatArray:
    """What a causal model gives: the same before the picture, whatever is in it."""
    fixed = np.random.default_rng(0).standard_normal((before, 32))
    free = np.random.default_rng(seed).standard_normal((patches + after, 32))
    vectors = np.concatenate([fixed, free])
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.mark.parametrize(("cell", "counts"), [(28, (576, 768)), (32, (441, 588))])
def test_the_cell_follows_from_two_sizes(cell: int, counts: tuple[int, int]) -> None:
    found = find_grid(output(1, counts[0]), output(2, counts[0]), output(3, counts[1]), most=768)
    assert found == Grid(cell=cell, side=0, before=4, after=6, most=768)


def test_the_same_count_for_every_size_is_a_square() -> None:
    found = find_grid(*(output(seed, 1024, 0, 9) for seed in range(3)), most=768)
    assert (found.cell, found.side, found.before, found.after) == (None, 32, 0, 9)
    assert found.size(100, 900) == Size(32, 32)


@pytest.mark.parametrize("counts", [(512, 512), (100, 300), (832, 1280)])
def test_tiles_and_other_grids_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(EncoderError, match="no grid that recto knows"):
        find_grid(output(1, counts[0]), output(2, counts[0]), output(3, counts[1]), most=768)


def test_a_model_that_changes_what_is_before_the_picture_is_refused() -> None:
    """Where its patches begin cannot be told."""
    counts = (576, 576, 768)
    vectors = [output(seed, count + 10, 0, 0) for seed, count in enumerate(counts, start=1)]
    with pytest.raises(EncoderError, match="no grid"):
        find_grid(*vectors, most=768)


@given(height=SIDES, width=SIDES)
def test_no_picture_has_more_patches_than_allowed(height: int, width: int) -> None:
    size = GRID.size(height, width)
    assert min(size) >= 1
    assert size.patches <= GRID.most


@given(height=SIDES, width=SIDES)
def test_a_picture_keeps_its_proportions(height: int, width: int) -> None:
    rows, _ = GRID.size(height, width)
    wanted = np.sqrt(min(max(height * width / 28**2, LEAST), GRID.most) * height / width)
    assert abs(rows - wanted) <= 1


def test_patches_lie_row_by_row_and_the_prompt_before_them_is_left_out() -> None:
    layout = GRID.layout(Size(2, 3), 4 + 6 + 6)
    assert layout.positions.tolist() == list(range(4, 16))
    np.testing.assert_allclose(layout.boxes[4], [1 / 3, 1 / 2, 2 / 3, 1], atol=1e-6)
    np.testing.assert_array_equal(layout.boxes[6:], [[0, 0, 1, 1]] * 6)


def test_another_number_of_vectors_is_refused() -> None:
    with pytest.raises(EncoderError, match=r"gave 15 vectors.*expected 16.*visual_tokens"):
        GRID.layout(Size(2, 3), 15)
