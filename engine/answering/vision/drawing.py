"""Draws a page for the model, and to see what of its words can be seen. Knows no endpoint."""

from __future__ import annotations

import warnings

from recto.engine.answering.protocol import Evidence
from recto.engine.answering.vision.seen import Pixels
from recto.engine.errors import DocumentError, NotFound, RectoWarning

WIDTH = 1280
"""Pixels: as wide as pages are shown to people, so that one cached picture serves both."""


def draw(page: Evidence) -> Pixels | None:
    """(height, width, 3) RGB; None, with a warning, when it cannot be drawn."""
    try:
        return page.image(WIDTH)
    except (DocumentError, NotFound) as error:
        warnings.warn(
            f"{page.document_name}, page {page.content.number} is read without its picture: "
            f"{error}",
            RectoWarning,
            stacklevel=2,
        )
        return None
