"""Small pictures of one colour, to find out whether an endpoint takes pictures."""

from __future__ import annotations

from io import BytesIO

from recto.engine.endpoint.messages import ImagePart
from recto.engine.endpoint.profile import ImageFormat

COLOURS = {"red": (220, 20, 20), "blue": (20, 20, 220)}


def swatch(colour: str, side: int, kind: ImageFormat) -> ImagePart:
    """A disc of a colour of `COLOURS` on white, as a PNG or JPEG file."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (side, side), "white")
    margin = side // 10
    ImageDraw.Draw(picture).ellipse((margin, margin, side - margin, side - margin), COLOURS[colour])
    data = BytesIO()
    picture.save(data, "JPEG" if kind == "jpeg" else "PNG")
    return ImagePart(data.getvalue())
