"""Whether the text of one page goes on upon the next: a sentence or a table that is cut in two.

Knows only where words stand. Running heads and page numbers at the edges are looked past.
"""

from __future__ import annotations

from collections.abc import Sequence

from recto.engine.answering.layout import Row, find_rows, upright
from recto.engine.page import PageContent, Word

MARGIN = 0.1
"""Share of a page's height, above and below, where running heads stand."""
APART = 1.2
"""Heights of a row between a running head and the text."""
LINE = 5
"""Words of a row below which it may be a heading, which ends without a stop, too."""
_STOPS = ".!?:;…。！？"
_CLOSERS = ")]\"'”’»"


def runs_on(page: PageContent, following: PageContent) -> bool:
    """Whether the end of `page` and the beginning of `following` belong together."""
    above, below = _body(page), _body(following)
    if not above or not below:
        return False
    (end, words), (begin, others) = above[-1], below[0]
    if end.tabular or begin.tabular:
        return end.tabular and begin.tabular and len(end.cells) == len(begin.cells)
    first = others[begin.start].text
    return _is_open(end, words) and (first[:1].islower() or words[end.stop - 1].text.endswith("-"))


def _is_open(row: Row, words: Sequence[Word]) -> bool:
    """Ends in the middle of a sentence."""
    last = words[row.stop - 1].text.rstrip(_CLOSERS)
    return row.stop - row.start >= LINE and not last.endswith(tuple(_STOPS))


def _body(page: PageContent) -> list[tuple[Row, Sequence[Word]]]:
    """The rows without running heads, each with the words that it counts in."""
    words = upright(page)
    rows = find_rows(words)
    while rows and _is_apart(rows, -1, page.height):
        rows.pop()
    while rows and _is_apart(rows, 0, page.height):
        rows.pop(0)
    return [(row, words) for row in rows]


def _is_apart(rows: Sequence[Row], end: int, height: float) -> bool:
    """Whether the first or last row stands in the margin, away from the others."""
    row = rows[end]
    inside = MARGIN * height <= row.box.y0 and row.box.y1 <= (1 - MARGIN) * height
    if inside or len(rows) == 1:
        return False
    other = rows[1] if end == 0 else rows[-2]
    gap = max(row.box.y0 - other.box.y1, other.box.y0 - row.box.y1)
    return gap > APART * row.height
