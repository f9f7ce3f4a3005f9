"""Depth, heat and motion as their towers take them. Experimental: no official recipe was published.

These are the recipes that users of the model found to reproduce its figures where they could.
"""

from __future__ import annotations

import numpy as np
from PIL import Image as Pillow

from recto.engine.crossmodal.imagebind.config import AXES, MOMENTS
from recto.engine.crossmodal.imagebind.pictures import middle_square
from recto.engine.crossmodal.protocol import Depth, Motion, Thermal
from recto.engine.errors import InputError
from recto.engine.vectors import FloatArray

_BASELINE = 0.075
"""Metres between the two cameras that disparity is seen from."""
_NEAREST, _FARTHEST = 0.01, 50.0
_MEAN, _STD = np.float32(0.0418), np.float32(0.0295)


def depth_input(depth: Depth) -> FloatArray:
    """(1, 224, 224): disparity, which the tower was trained on, not distance."""
    metres = np.asarray(depth.metres, np.float32)
    if metres.ndim != 2 or not metres.size or not np.isfinite(metres).all() or depth.focal <= 0:
        raise InputError(
            f"Depth of shape {metres.shape} with a focal length of {depth.focal:g}; expected"
            " metres (height, width), all of them numbers, 0 where unknown, and pixels above 0."
        )
    near = np.clip(metres, _NEAREST, _FARTHEST)
    disparity = np.where(metres > 0, _BASELINE * depth.focal / near, 0).astype(np.float32)
    square = np.asarray(middle_square(Pillow.fromarray(disparity)), np.float32)
    return np.asarray((square - _MEAN) / _STD, np.float32)[None]


def thermal_input(picture: Thermal) -> FloatArray:
    """(1, 224, 224) between 0 and 1. Normalised by a mean, it would miss its published figures."""
    if picture.ndim != 2 or picture.dtype != np.uint8 or not picture.size:
        raise InputError(
            f"A thermal picture of shape {picture.shape} and type {picture.dtype}; expected"
            " (height, width) of uint8."
        )
    square = np.asarray(middle_square(Pillow.fromarray(np.ascontiguousarray(picture))), np.float32)
    return np.asarray(square / np.float32(255), np.float32)[None]


def motion_input(motion: Motion) -> FloatArray:
    """(6, 2000) as it is."""
    values = np.asarray(motion, np.float32)
    if values.shape != (AXES, MOMENTS) or not np.isfinite(values).all():
        raise InputError(
            f"Motion of shape {values.shape}; expected ({AXES}, {MOMENTS}), all of them numbers."
            " Transpose a table with a row a moment; reshaped, it would mix axes and moments."
        )
    return values
