"""Draws a page for the model. Knows no endpoint."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from recto.engine.answering.protocol import Evidence
from recto.engine.errors import DocumentError, NotFound, RectoWarning

Pixels = npt.NDArray[np.uint8]
"""(height, width, 3) RGB."""

WIDTH = 1280
"""Pixels: as wide as pages are shown to people, so that one cached picture serves both."""


def draw(page: Evidence) -> Pixels | None:
    """(height, width, 3) RGB; None, with a warning, when it cannot be drawn."""
    try:
        return page.image(WIDTH)
    except (DocumentError, NotFound) as error:
        warnings.warn(
            f"{page.document_name}, {page.where} is read without its picture: {error}",
            RectoWarning,
            stacklevel=2,
        )
        return None
