"""Pixels become files that an endpoint takes, within its limits. Knows no page."""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recto.engine.endpoint.messages import ImagePart
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.errors import EndpointSettingError

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 85
"""Of JPEG: text of 8 points stays readable at 100 dots an inch."""
_SHRINK = 0.8


def image_part(
    pixels: npt.NDArray[np.uint8], *, label: str = "", profile: EndpointProfile
) -> ImagePart:
    """(height, width, 3) RGB as PNG where that is smaller, as of line art, else as JPEG.

    Scaled down to what the endpoint takes. The same pixels always become the same bytes, which
    endpoints use to recognize what they have read before.
    """
    from PIL import Image

    picture = _within(Image.fromarray(pixels), profile.max_image_pixels)
    while len(data := _encoded(picture, profile)) > profile.max_image_bytes:
        if min(picture.size) < 2:
            raise EndpointSettingError(
                f"The endpoint takes pictures of {profile.max_image_bytes:,} bytes, which is too"
                " little for any."
            )
        picture = _scaled(picture, _SHRINK)
    return ImagePart(data, label)


def size_of(part: ImagePart) -> tuple[int, int]:
    """Width and height in pixels, from the file's header."""
    from PIL import Image

    with Image.open(BytesIO(part.data)) as picture:
        return picture.size


def _within(picture: Image, most: int) -> Image:
    width, height = picture.size
    return picture if width * height <= most else _scaled(picture, math.sqrt(most / width / height))


def _scaled(picture: Image, factor: float) -> Image:
    width, height = (max(1, math.floor(side * factor)) for side in picture.size)
    return picture.resize((width, height), 1)  # Lanczos keeps thin strokes


def _encoded(picture: Image, profile: EndpointProfile) -> bytes:
    files = []
    if profile.image_format != "jpeg":
        files.append(_file(picture, "PNG", optimize=False))
    if profile.image_format != "png":
        files.append(_file(picture, "JPEG", quality=QUALITY))
    return min(files, key=len)


def _file(picture: Image, kind: str, **options: int) -> bytes:
    data = BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()
