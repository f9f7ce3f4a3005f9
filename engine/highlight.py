"""Marks places on the picture of a page, as with a text marker. Knows no page and no question.

Ink stays readable: on light paper the marker multiplies, so black remains black; on dark ground it
lightens. A thin edge keeps marks visible on paper that is itself yellow.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from recto.engine.page import Box

RgbImage = npt.NDArray[np.uint8]
"""(height, width, 3)"""

Mask = npt.NDArray[np.float32]

MARKER = (255, 230, 98)
EDGE = (214, 150, 0)
DARK = 96
"""Mean brightness, of 255, below which the ground under a mark counts as dark."""
PADDING = 0.12
"""Times the height of a box, added on every side."""
SCALE = 2
"""Marks are drawn this many times larger and averaged, for smooth corners."""


def highlight(
    image: RgbImage, boxes: Sequence[Box], *, strengths: Sequence[float] | None = None
) -> RgbImage:
    """A copy of `image` with `boxes` marked.

    `strengths`, one a box from 0 (no mark) to 1, make marks fainter; by default all are full.
    Where marks overlap the stronger one shows, never both.
    """
    given = [1.0] * len(boxes) if strengths is None else list(strengths)
    if len(given) != len(boxes):
        raise ValueError(f"{len(given)} strengths for {len(boxes)} boxes: give one for each")
    marked = image.copy()
    height, width = image.shape[:2]
    for box, strength in sorted(zip(boxes, given, strict=True), key=lambda pair: pair[1]):
        area = _pixels(box, width, height)
        if strength > 0 and area is not None:
            _mark(image, marked, area, min(strength, 1.0))
    return marked


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom with padding; None for what lies outside or is not a number."""
    edges = np.array(box, dtype=np.float64)
    if not np.isfinite(edges).all():
        return None
    x0, y0, x1, y1 = edges * (width, height, width, height)
    pad = max(1.5, PADDING * (y1 - y0))
    left, top = int(max(np.floor(x0 - pad), 0)), int(max(np.floor(y0 - pad), 0))
    right, bottom = int(min(np.ceil(x1 + pad), width)), int(min(np.ceil(y1 + pad), height))
    return (left, top, right, bottom) if left < right and top < bottom else None


def _mark(
    image: RgbImage, marked: RgbImage, area: tuple[int, int, int, int], strength: float
) -> None:
    """Writes one mark into `marked`, always from the bare `image`."""
    left, top, right, bottom = area
    ground = image[top:bottom, left:right].astype(np.float32)
    fill, edge = _shape(right - left, bottom - top)
    color = np.array(MARKER, dtype=np.float32)
    if ground.mean() < DARK:
        inked = ground + (255 - ground) * color / 255 * 0.45
    else:
        inked = ground * color / 255
    covered = ground + (inked - ground) * (fill * strength)[..., None]
    covered += (np.array(EDGE, dtype=np.float32) - covered) * (edge * strength * 0.7)[..., None]
    inside = (fill > 0.5)[..., None]
    below = marked[top:bottom, left:right]
    marked[top:bottom, left:right] = np.where(inside, np.rint(covered).astype(np.uint8), below)


def _shape(width: int, height: int) -> tuple[Mask, Mask]:
    """How far each pixel, (height, width), lies in a rounded rectangle, and on its edge."""
    from PIL import Image, ImageDraw

    radius = SCALE * min(width, height) // 5
    size = (SCALE * width, SCALE * height)
    corners = (0, 0, size[0] - 1, size[1] - 1)
    masks: list[Mask] = []
    for fill, outline in ((255, 255), (0, 255)):
        mask = Image.new("L", size, 0)
        line = SCALE * max(1, height // 40)
        ImageDraw.Draw(mask).rounded_rectangle(
            corners, radius=radius, fill=fill, outline=outline, width=line
        )
        small = mask.resize((width, height), Image.Resampling.BOX)
        masks.append(np.asarray(small, dtype=np.float32) / np.float32(255))
    return masks[0], masks[1]
