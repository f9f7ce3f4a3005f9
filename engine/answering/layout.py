"""Rows, cells and blocks: how the words of a page lie, found from their boxes alone.

Boxes here are in points, so that a gap can be compared with a height.

A row is what stands side by side at one height, whatever number of lines the reader made of it; a
wide gap splits it into cells. A block is a run of rows that belong together: a paragraph, a list
item, a heading. Knows no question and no language; a page written from right to left is mirrored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from recto.engine.page import Box, PageContent, Word, union

CELL_GAP = 1.3
"""Times the height of a row: word spaces are 0.25 to 0.8, also in justified text."""
ROW_OVERLAP = 0.5
"""Share of the lower line's height that two lines side by side have in common."""
PITCH = 1.45
"""Times the page's usual distance of baselines: more is a gap between paragraphs."""

_AMOUNT = re.compile(r"[-–—+(\[~≈<>$€£¥]*\d[\d.,]*\d?[)\]%*†x]*|[-–—]|n/?a", re.IGNORECASE)
_YEAR = re.compile(r"[-–(\[]?(?:19|20)\d\d[)\],]?")
_CURRENCY = re.compile(r"[$€£¥(]+|[A-Z]{3}|%|\)")
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
        return self.box.y1 - self.box.y0

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
    cuts = [
        i
        for i in range(first + 1, stop)
        if words[i].box.x0 - words[i - 1].box.x1 > wide
        and not _CURRENCY.fullmatch(words[i - 1].text)
        and not _CURRENCY.fullmatch(words[i].text)
    ]
    cuts = cuts or _trailing_amounts(words, first, stop)
    edges = [start, *cuts, stop]
    return Row(start, stop, box, tuple(pairwise(edges)), item)


def _trailing_amounts(words: Sequence[Word], start: int, stop: int) -> list[int]:
    """Where two or more amounts end a row of a table whose columns stand close."""
    first = stop
    while first > start and is_amount(words[first - 1].text):
        first -= 1
    cuts = [i for i in range(first, stop) if i > start]
    return cuts if stop - first > 1 else []


def find_blocks(rows: Sequence[Row], words: Sequence[Word]) -> Iterator[list[Row]]:
    """Rows that read on: paragraphs and list items with all their rows, everything else alone."""
    for run in _runs(rows):
        right = max(row.box.x1 for row in run)
        block = [run[0]]
        for above, below in pairwise(run):
            if _reads_on(above, below, words, right):
                block.append(below)
            else:
                yield block
                block = [below]
        yield block


def _runs(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Consecutive rows at the usual distance, in one column and of one size."""
    pitches = [b.box.y1 - a.box.y1 for a, b in pairwise(rows) if _below(a, b)]
    usual = median(pitches) if pitches else 0.0
    run: list[Row] = []
    for row in rows:
        if run and not _near(run[-1], row, PITCH * usual):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _below(above: Row, below: Row) -> bool:
    return 0 < below.box.y1 - above.box.y1 < 2.5 * max(above.height, below.height)


def _near(above: Row, below: Row, pitch: float) -> bool:
    tall = max(above.height, below.height) / max(min(above.height, below.height), 1e-6)
    common = min(above.box.x1, below.box.x1) - max(above.box.x0, below.box.x0)
    step = below.box.y1 - above.box.y1
    return not (above.tabular or below.tabular) and 0 < step <= pitch and tall < 1.6 and common > 0


def _reads_on(above: Row, below: Row, words: Sequence[Word], right: float) -> bool:
    """Whether a sentence may run from one row into the next.

    A row that ends although the next word would have had room was ended by its writer.
    """
    if below.item or _is_field(words[below.start : below.stop]):
        return False
    first, last = words[below.start], words[above.stop - 1]
    if first.text[:1].islower() and last.text[-1:] not in ".!?:":
        return True
    return above.box.x1 + first.box.x1 - first.box.x0 + 0.3 * above.height > right


def _is_field(words: Sequence[Word]) -> bool:
    """Begins with a label and a colon, as the lines of a form do."""
    colon = next((i for i, word in enumerate(words[:4]) if word.text.endswith(":")), None)
    return colon is not None and words[0].text[:1].isupper()
