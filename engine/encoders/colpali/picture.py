"""The picture of a page as a processor takes it. Knows no model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

_MOST_OBLONG = 32
"""Pages longer than this times their width get a margin; Qwen refuses 200."""


class Picture(NamedTuple):
    """A page's picture, and the part of it that the page fills, from the top left."""

    image: Image.Image
    width: float
    height: float


def picture(pixels: npt.NDArray[np.uint8]) -> Picture:
    """(height, width, 3) RGB; what is too oblong to be read gets a white margin."""
    height, width = pixels.shape[:2]
    image = Image.fromarray(pixels)
    least = -(-max(height, width) // _MOST_OBLONG)
    if least <= min(height, width):
        return Picture(image, 1, 1)
    padded = Image.new("RGB", (max(width, least), max(height, least)), "white")
    padded.paste(image, (0, 0))
    return Picture(padded, width / padded.width, height / padded.height)
