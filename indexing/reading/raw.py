"""What a source says of one page, and its shape on the wire. Knows no format.

Every source (`pdf.PdfSource`, `images.ImageSource`) has `outline()`, `read(number)`,
`image(number, width)`, `seen(number)` and `close()`, and the attributes `pages` and `title`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from recto.engine.page import Box, Word
from recto.engine.wire import Value

Image = npt.NDArray[np.uint8]
"""(height, width, 3) RGB."""

FAINT = 40
"""Of 255, between letters and their ground, in the colour in which they differ most. People
overlook what differs by less: grey of 84 % differs from white by 41, that of 88 % by 31."""

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


class Sight(IntEnum):
    """What becomes of a word."""

    HIDDEN = 0
    SEEN = 1
    UNCLEAR = 2


class Looked(NamedTuple):
    """The words of a page's layer, in no order that matters, and what can be seen of them."""

    texts: list[str]
    boxes: list[Box]
    sights: list[Sight]
    scan: bool
    """Whether one picture covers most of the page."""

    def to_wire(self) -> Value:
        return {
            "texts": self.texts,
            "boxes": np.array(self.boxes, dtype=np.float32).reshape(-1, 4),
            "sights": [int(sight) for sight in self.sights],
            "scan": self.scan,
        }

    @classmethod
    def from_wire(cls, value: Value) -> Looked:
        boxes = [Box(*edges) for edges in value["boxes"].tolist()]
        return cls(value["texts"], boxes, [Sight(one) for one in value["sights"]], value["scan"])


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

    def seen(self, number: int) -> Looked:
        """What of the page's text layer a person sees."""
        ...

    def close(self) -> None: ...


def picture_size(width: float, height: float, pixels: int, most: int) -> tuple[int, int]:
    """Whole pixels for a page of this shape: `pixels` wide, unless that makes more than `most` in
    all or a side too long for picture formats."""
    shape = (height or 1.0) / (width or 1.0)
    wide = min(float(pixels), (most / shape) ** 0.5, _SIDE, _SIDE / shape)
    return max(1, round(wide)), max(1, min(round(wide * shape), _SIDE))
