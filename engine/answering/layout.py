"""Rows and cells: how the words of a page lie, found from their boxes alone.

Boxes here are in points, so that a gap can be compared with a height.

A row is what stands side by side at one height, whatever number of lines the reader made of it; a
wide gap splits it into cells. Knows no question; a page written from right to left is mirrored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from recto.engine.page import Box, PageContent, Word, union

CELL_GAP = 1.3
"""Times the height of a row: word spaces are 0.25 to 0.8, also in justified text."""
ROW_OVERLAP = 0.5
"""Share of the lower line's height that two lines side by side have in common."""

_AMOUNT = re.compile(r"[-–—+(\[~≈<>$€£¥]*\d[\d.,]*\d?[)\]%*†x]*|[-–—]|n/?a", re.IGNORECASE)
_YEAR = re.compile(r"[-–(\[]?(?:19|20)\d\d[)\],]?")
_CURRENCY = re.compile(r"[$€£¥(]+|[A-Z]{3}|%|\)")
_LEADER = re.compile(r"[.·…_]+")
_ITEM = re.compile(
    r"[•●○◦▪■□▸►‣⁃∙·\uf0b7\uf0a7*–—-]|[o§]"  # `o` and `§`: bullets of symbol fonts
    r"|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)](?:\d{1,2}[.)]?)*"
)
BULLETS = "•●○◦▪■□▸►‣⁃∙·\uf0b7\uf0a7"


@dataclass(frozen=True, slots=True)
class Row:
    """Words `start` to `stop` of the page, side by side."""

    start: int
    stop: int
    box: Box
    cells: tuple[tuple[int, int], ...]
    """Start and stop of each run of words without a wide gap; one cell in running text."""
    item: bool
    """Begins with a bullet or a number of a list."""

    @property
    def height(self) -> float:
        """In points, never nothing: gaps are measured in it."""
        return max(self.box.y1 - self.box.y0, 0.01)

    @property
    def tabular(self) -> bool:
        return len(self.cells) > 1


def is_amount(text: str) -> bool:
    """A number with its signs, a percentage or the dash that stands for none."""
    return _AMOUNT.fullmatch(text) is not None


def is_year(text: str) -> bool:
    return _YEAR.fullmatch(text) is not None


def is_value(words: Sequence[Word]) -> bool:
    """Holds an amount and nothing else, years apart: those head columns."""
    texts = [word.text for word in words]
    return any(is_amount(text) and not is_year(text) for text in texts) and all(
        is_amount(text) or _CURRENCY.fullmatch(text) for text in texts
    )


def upright(content: PageContent) -> list[Word]:
    """The words of a page with boxes in points, mirrored if its lines run from right to left."""
    words, wide, high = content.text.words, content.width, content.height
    steps = [b.box.x0 - a.box.x0 for a, b in pairwise(words) if a.line == b.line]
    mirrored = bool(steps) and median(steps) < 0

    def scaled(box: Box) -> Box:
        x0, x1 = (1 - box.x1, 1 - box.x0) if mirrored else (box.x0, box.x1)
        return Box(x0 * wide, box.y0 * high, x1 * wide, box.y1 * high)

    return [word._replace(box=scaled(word.box)) for word in words]


def find_rows(words: Sequence[Word]) -> list[Row]:
    """All rows of a page in reading order; `words` are `upright`."""
    spans: list[tuple[int, int, Box]] = []
    start = 0
    for _, line in groupby(words, key=lambda word: word.line):
        members = list(line)
        stop, box = start + len(members), union(word.box for word in members)
        if spans and _side_by_side(spans[-1][2], box):
            first, _, left = spans.pop()
            spans.append((first, stop, union((left, box))))
        else:
            spans.append((start, stop, box))
        start = stop
    return [_row(words, *span) for span in spans]


def _side_by_side(left: Box, right: Box) -> bool:
    common = min(left.y1, right.y1) - max(left.y0, right.y0)
    lower = min(left.y1 - left.y0, right.y1 - right.y0)
    return right.x0 >= left.x1 - 1 and common > ROW_OVERLAP * lower


def _row(words: Sequence[Word], start: int, stop: int, box: Box) -> Row:
    item = stop - start > 1 and _ITEM.fullmatch(words[start].text) is not None
    item = item or words[start].text[:1] in BULLETS
    wide = CELL_GAP * max(word.box.y1 - word.box.y0 for word in words[start:stop])
    first = start + 1 if item else start  # the gap after a bullet is no column
    cuts = [i for i in range(first + 1, stop) if _parted(words[i - 1], words[i], wide)]
    cuts = cuts or _trailing_amounts(words, first, stop)
    edges = [start, *cuts, stop]
    return Row(start, stop, box, tuple(pairwise(edges)), item)


def _parted(left: Word, right: Word, wide: float) -> bool:
    """Whether another column begins: behind a wide gap, or at the end of a line of dots."""
    if _LEADER.fullmatch(right.text):
        return False
    if _LEADER.fullmatch(left.text):
        return True
    if _CURRENCY.fullmatch(left.text) or _CURRENCY.fullmatch(right.text):
        return False
    return right.box.x0 - left.box.x1 > wide


def _trailing_amounts(words: Sequence[Word], start: int, stop: int) -> list[int]:
    """Where two or more amounts end a row of a table whose columns stand close."""
    first = stop
    while first > start and is_amount(words[first - 1].text):
        first -= 1
    cuts = [i for i in range(first, stop) if i > start]
    return cuts if stop - first > 1 else []
