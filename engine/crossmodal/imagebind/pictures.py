"""Pictures as the vision tower takes them: 224 pixels square, each channel by CLIP's constants.

Pillow's bicubic with antialiasing, as in the model's training; other resizers differ visibly.
"""

from __future__ import annotations

import numpy as np
from PIL import Image as Pillow

from recto.engine.crossmodal.imagebind.config import PIXELS
from recto.engine.crossmodal.protocol import Picture
from recto.engine.errors import InputError
from recto.engine.vectors import FloatArray

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
_LONGEST = 64
"""Times the short side. Of a longer picture only the middle is resized: nothing else is seen, and
a line of one pixel would become gigabytes."""


def picture_input(image: Picture) -> FloatArray:
    """(3, 224, 224) of a picture (height, width, 3)."""
    if image.ndim != 3 or image.shape[-1] != 3 or image.dtype != np.uint8 or not image.size:
        raise InputError(
            f"A picture of shape {image.shape} and type {image.dtype}; expected (height, width, 3)"
            " of uint8."
        )
    square = np.asarray(middle_square(Pillow.fromarray(np.ascontiguousarray(image))), np.float32)
    return np.ascontiguousarray(normalised(square / np.float32(255)).transpose(2, 0, 1))


def normalised(pixels: FloatArray) -> FloatArray:
    """(..., 3) between 0 and 1, shifted and scaled."""
    return np.asarray((pixels - MEAN) / STD, np.float32)


def middle_square(image: Pillow.Image) -> Pillow.Image:
    """224 pixels of the middle, after the short side was brought to as many."""
    image = _not_too_long(image)
    width, height = image.size
    short, long = sorted(image.size)
    longer = int(PIXELS * long / short)
    size = (PIXELS, longer) if width <= height else (longer, PIXELS)
    resized = image.resize(size, Pillow.Resampling.BICUBIC)
    left, top = (round((side - PIXELS) / 2) for side in size)  # a half goes to the even number
    return resized.crop((left, top, left + PIXELS, top + PIXELS))


def _not_too_long(image: Pillow.Image) -> Pillow.Image:
    width, height = image.size
    most = _LONGEST * min(width, height)
    across, down = min(width, most), min(height, most)
    if (across, down) == image.size:
        return image
    left, top = (width - across) // 2, (height - down) // 2
    return image.crop((left, top, left + across, top + down))
