from __future__ import annotations

import numpy as np
import pytest

from recto.engine.highlight import RgbImage, highlight
from recto.engine.page import Box

HALF = Box(0.0, 0.0, 0.5, 0.5)


def paper(value: int = 255) -> RgbImage:
    return np.full((100, 80, 3), value, dtype=np.uint8)


def test_highlight_without_boxes_changes_nothing() -> None:
    assert np.array_equal(highlight(paper(), []), paper())


def test_highlight_leaves_its_input_alone() -> None:
    image = paper()
    highlight(image, [HALF])
    assert np.array_equal(image, paper())


def test_highlight_colors_inside_and_nothing_far_outside() -> None:
    marked = highlight(paper(), [HALF])
    red, _, blue = marked[25, 20]
    assert blue < red
    assert (marked[60:, :] == 255).all()
    assert (marked[:, 50:] == 255).all()


def test_highlight_keeps_ink_black_on_paper() -> None:
    image = paper()
    image[20:24, 10:14] = 0
    assert (highlight(image, [HALF])[21:23, 11:13] == 0).all()


def test_highlight_lightens_dark_ground() -> None:
    assert highlight(paper(10), [HALF])[25, 20].mean() > 40


def test_highlight_fainter_mark_is_nearer_to_paper() -> None:
    full, faint = (highlight(paper(), [HALF], strengths=[s])[25, 20, 2] for s in (1.0, 0.3))
    assert full < faint < 255


def test_highlight_of_the_same_box_twice_is_no_darker() -> None:
    once, twice = highlight(paper(), [HALF]), highlight(paper(), [HALF, HALF])
    assert np.array_equal(once, twice)


def test_highlight_shows_a_box_without_area() -> None:
    assert (highlight(paper(), [Box(0.5, 0.5, 0.5, 0.5)]) != 255).any()


@pytest.mark.parametrize(
    "box", [Box(2, 2, 3, 3), Box(-3, -3, -2, -2), Box(float("nan"), 0, 1, 1), Box(0, 0, 1, np.inf)]
)
def test_highlight_ignores_a_box_that_is_not_on_the_page(box: Box) -> None:
    assert np.array_equal(highlight(paper(), [box]), paper())


def test_highlight_with_too_few_strengths_is_refused() -> None:
    with pytest.raises(ValueError, match="1 strengths for 2 boxes"):
        highlight(paper(), [HALF, HALF], strengths=[1.0])
