"""How wide pages of all proportions are drawn."""

from __future__ import annotations

import pytest

from recto.engine.encoders.sharpness import LEAST, MOST, Sharpness

A4 = (595.0, 842.0)
SLIDE = (16.0, 9.0)


@pytest.mark.parametrize("page", [A4, SLIDE, (1.0, 20.0), (3.0, 1.0)])
def test_area_is_reached_where_it_is_within_bounds(page: tuple[float, float]) -> None:
    width = Sharpness(area=1280 * 32**2).width(*page)
    drawn = width * width * page[1] / page[0]
    assert drawn >= 1280 * 32**2
    assert width == LEAST or (width - 1) ** 2 * page[1] / page[0] < 1280 * 32**2


def test_longer_edge_is_reached() -> None:
    assert Sharpness(longer=2048).width(*SLIDE) == 2048
    tall = Sharpness(longer=2048).width(*A4)
    assert tall * A4[1] / A4[0] >= 2048 > (tall - 1) * A4[1] / A4[0]


def test_shorter_edge_is_reached() -> None:
    assert Sharpness(shorter=896).width(*A4) == LEAST
    wide = Sharpness(shorter=896).width(*SLIDE)
    assert wide * 9 / 16 >= 896 > (wide - 1) * 9 / 16


def test_no_page_is_drawn_beyond_bounds() -> None:
    assert Sharpness().width(*A4) == LEAST
    assert Sharpness(area=16384 * 32**2).width(*SLIDE) == MOST
    assert Sharpness(shorter=896).width(1000, 1) == MOST
