"""Depth becomes disparity, heat is not normalised, motion is not reshaped."""

from __future__ import annotations

import numpy as np
import pytest

from recto.engine.crossmodal.imagebind.sensors import depth_input, motion_input, thermal_input
from recto.engine.crossmodal.protocol import Depth
from recto.engine.errors import InputError


def test_depth_is_disparity() -> None:
    seen = depth_input(Depth(np.full((240, 320), 2.0, np.float32), focal=500))
    assert seen.shape == (1, 224, 224)
    np.testing.assert_allclose(seen, (0.075 * 500 / 2 - 0.0418) / 0.0295, rtol=1e-5)


@pytest.mark.parametrize(("metres", "taken"), [(0.001, 0.01), (80.0, 50.0)])
def test_depth_is_limited(metres: float, taken: float) -> None:
    seen = depth_input(Depth(np.full((30, 30), metres, np.float32), focal=1))
    np.testing.assert_allclose(seen, (0.075 / taken - 0.0418) / 0.0295, rtol=1e-4)


def test_unknown_depth_is_far_away() -> None:
    seen = depth_input(Depth(np.zeros((30, 30), np.float32), focal=500))
    np.testing.assert_allclose(seen, -0.0418 / 0.0295, rtol=1e-5)


def test_depth_of_a_picture_is_refused() -> None:
    with pytest.raises(InputError, match="height, width"):
        depth_input(Depth(np.ones((3, 30, 30), np.float32), focal=500))


def test_heat_is_between_zero_and_one() -> None:
    seen = thermal_input(np.full((480, 640), 204, np.uint8))
    np.testing.assert_allclose(seen, np.full((1, 224, 224), 0.8), rtol=1e-6)


def test_heat_in_colours_is_refused() -> None:
    with pytest.raises(InputError, match="height, width"):
        thermal_input(np.zeros((480, 640, 3), np.uint8))


def test_motion_as_it_is() -> None:
    motion = np.random.default_rng(0).standard_normal((6, 2000)).astype(np.float32)
    np.testing.assert_array_equal(motion_input(motion), motion)


@pytest.mark.parametrize("shape", [(2000, 6), (6, 1999), (12000,)])
def test_motion_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="Transpose"):
        motion_input(np.zeros(shape, np.float32))
