"""How many pixels across a page must be drawn, that a model sees what it can. Knows no model."""

from __future__ import annotations

import math
from dataclasses import dataclass

LEAST, MOST = 1280, 2560
"""Pixels. The least is more than most models look at: they reduce a picture with antialiasing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpness:
    """Pixels that a model looks at; it enlarges a picture that has fewer, or looks at fewer."""

    area: int = 0
    """Width times height."""
    longer: int = 0
    """Of the longer edge."""
    shorter: int = 0
    """Of the shorter edge."""

    def width(self, width: float, height: float) -> int:
        """Pixels across, at least `LEAST` and at most `MOST`, for a page of these proportions."""
        needed = max(
            math.sqrt(self.area * width / height),
            self.longer * min(width / height, 1),
            self.shorter * max(width / height, 1),
        )
        return min(max(math.ceil(needed), LEAST), MOST)
