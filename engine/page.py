"""A page as the engine sees it: where things are, its words, and what stands above it.

Knows nothing of files, renderers or vectors. Coordinates are fractions of the page's width and
height, origin top left, of the page as it is shown (rotation applied).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Box(NamedTuple):
    """A rectangle on a page: 0 <= x0 <= x1 <= 1 from the left, 0 <= y0 <= y1 <= 1 from the top."""

    x0: float
    y0: float
    x1: float
    y1: float


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of `boxes`, of which there must be at least one."""
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return Box(min(x0s), min(y0s), max(x1s), max(y1s))


class Word(NamedTuple):
    """A run of characters without white space, and the line (counted from 0) it stands in."""

    text: str
    box: Box
    line: int


TextSource = Literal["layer", "ocr", "none"]


@dataclass(frozen=True, slots=True)
class PageText:
    """The words of a page in reading order; words of one line stand together."""

    words: tuple[Word, ...]
    source: TextSource
    """Where they come from: the file's own text layer, OCR of the picture, or nowhere."""

    @property
    def lines(self) -> tuple[tuple[Word, ...], ...]:
        """The words grouped by line, in reading order."""
        grouped: dict[int, list[Word]] = {}
        for word in self.words:
            grouped.setdefault(word.line, []).append(word)
        return tuple(tuple(words) for words in grouped.values())

    @property
    def text(self) -> str:
        """All words: a space between words, a line feed between lines."""
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContent:
    """One page, read and ready to be encoded."""

    number: int
    """Counted from 1."""
    width: float
    """In points (1/72 inch), as shown."""
    height: float
    text: PageText
    headings: tuple[str, ...] = ()
    """What stands above the page's text, outermost first: the document's title, then the
    bookmarks or headings, on this page or an earlier one, under which the page begins."""
