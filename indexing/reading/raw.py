"""What a source says of one page, and its shape on the wire. Knows no format.

Every source (`pdf.PdfSource`, `images.ImageSource`) has `outline()`, `read(number)`,
`image(number, width)` and `close()`, and the attributes `pages` and `title`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from recto.engine.page import Box, Word
from recto.engine.wire import Value

Image = npt.NDArray[np.uint8]
"""(height, width, 3) RGB."""

_SIDE = 16_000


class Bookmark(NamedTuple):
    """An entry of a document's own table of contents."""

    level: int
    """0 is outermost."""
    title: str
    page: int
    top: float
    """Where on the page it points to, 0 at the top."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RawPage:
    """A page before OCR and headings."""

    width: float
    """In points, as shown."""
    height: float
    words: Sequence[Word]
    sizes: Sequence[float]
    """Size of the type of each line, in points."""
    wants_ocr: bool
    """Its picture shows something that its text layer does not tell."""

    def to_wire(self) -> Value:
        return {
            "size": [self.width, self.height],
            "texts": [word.text for word in self.words],
            "boxes": np.array([word.box for word in self.words], dtype=np.float32),
            "lines": [word.line for word in self.words],
            "sizes": list(self.sizes),
            "wants_ocr": self.wants_ocr,
        }

    @classmethod
    def from_wire(cls, value: Value) -> RawPage:
        columns = zip(value["texts"], value["boxes"].tolist(), value["lines"], strict=True)
        return cls(
            width=value["size"][0],
            height=value["size"][1],
            words=[Word(text, Box(*box), line) for text, box, line in columns],
            sizes=value["sizes"],
            wants_ocr=value["wants_ocr"],
        )


class Source(Protocol):
    """An open document in the process that reads it."""

    @property
    def pages(self) -> int: ...

    @property
    def title(self) -> str: ...

    def outline(self) -> list[Bookmark]: ...

    def read(self, number: int) -> RawPage: ...

    def image(self, number: int, width: int) -> Image:
        """`width` pixels wide; less where the limits or the source's own resolution say so."""
        ...

    def close(self) -> None: ...


def picture_size(width: float, height: float, pixels: int, most: int) -> tuple[int, int]:
    """Whole pixels for a page of this shape: `pixels` wide, unless that makes more than `most` in
    all or a side too long for picture formats."""
    shape = (height or 1.0) / (width or 1.0)
    wide = min(float(pixels), (most / shape) ** 0.5, _SIDE, _SIDE / shape)
    return max(1, round(wide)), max(1, min(round(wide * shape), _SIDE))
