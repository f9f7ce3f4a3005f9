"""What stands above a page: the document's title, and the headings under which the page begins.

Knows no format: it is given titles, bookmarks, and lines with the size of their type. What it says
of a page depends on the pages before it only, so that reading on after an interruption gives the
same as reading from the start.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from recto.engine.page import Word
from recto.indexing.reading.raw import Bookmark, RawPage

_LARGER = 1.15
"""A heading's type, in sizes of the body's."""
_LONGEST = 20
"""Words of a heading."""
_MADE_UP = re.compile(
    r"microsoft (word|powerpoint|excel) -|untitled|powerpoint presentation|document\d*$"
    r"|slide \d+$|presentation\d*$|title$|.*\.[a-z][a-z0-9]{1,4}$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(slide|page|folie|seite|section)?\s*[\d.ivxlc]*$", re.IGNORECASE)
_COUNT = re.compile(r"^(slide|page|folie|seite)\s+\d+\s*[:.–-]\s*(?=\S)", re.IGNORECASE)


class Line(NamedTuple):
    """A line of text, the size of its type and its distance from the page's top, in points."""

    text: str
    size: float
    top: float


def lines_of(page: RawPage) -> list[Line]:
    """The page's lines, in reading order."""
    rows: list[list[Word]] = [[] for _ in page.sizes]
    for word in page.words:
        rows[word.line].append(word)
    return [
        Line(" ".join(word.text for word in row), round(size * 2) / 2, row[0].box.y0 * page.height)
        for row, size in zip(rows, page.sizes, strict=True)
    ]


def body_size(pages: Iterable[Sequence[Line]]) -> float:
    """The size of type in which most characters are set; 0 without any."""
    counts: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            counts[line.size] += len(line.text)
    return max(counts, key=lambda size: (counts[size], -size), default=0.0)


def is_title(text: str) -> bool:
    """Whether a title in a file's metadata was given by a person rather than by a program."""
    return sum(map(str.isalpha, text)) >= 3 and not _MADE_UP.match(text.strip())


def title_from(lines: Sequence[Line], body: float) -> str:
    """The largest text of a first page, if it is larger than the body; else nothing.

    Where that is short, a company's name perhaps, the next heading below it belongs to the title.
    """
    headings = [line for line in _joined(lines) if _is_heading(line, body)]
    if not headings:
        return ""
    first = max(range(len(headings)), key=lambda index: headings[index].size)
    below = headings[first + 1 : first + 2] if len(headings[first].text.split()) < 4 else []
    return " – ".join(line.text for line in (headings[first], *below))


class Trail:
    """The headings above each page of a document without bookmarks, by the size of their type."""

    def __init__(self, body: float) -> None:
        self._body = body
        self._open: list[Line] = []  # outermost first, each smaller than the one before

    def above(self, lines: Sequence[Line]) -> tuple[str, ...]:
        """For a page that holds `lines`, after all pages before it were given to `pass_by`.

        A heading at its top, before any body text, counts; one further down does not.
        """
        trail = Trail(self._body)
        trail._open = list(self._open)
        for line in _joined(lines):
            if _is_heading(line, self._body):
                trail._enter(line)
            elif len(line.text.split()) > 8:  # shorter ones are page numbers and running heads
                break
        return tuple(line.text for line in trail._open)

    def pass_by(self, lines: Sequence[Line]) -> None:
        """Go on to the next page."""
        for line in _joined(lines):
            if _is_heading(line, self._body):
                self._enter(line)

    def _enter(self, heading: Line) -> None:
        self._open = [line for line in self._open if line.size > heading.size] + [heading]


def above_by_bookmarks(
    bookmarks: Sequence[Bookmark], number: int, lines: Sequence[Line], height: float
) -> tuple[str, ...]:
    """The bookmark under which page `number` begins, with those it belongs to, outermost first.

    `height` is the page's, in points.
    """
    path: list[Bookmark] = []
    for mark in bookmarks:
        if mark.page > number or (mark.page == number and not _at_top(mark.top * height, lines)):
            continue
        if path and mark.page < path[-1].page:  # an entry that points back: out of order
            continue
        path = [outer for outer in path if outer.level < mark.level] + [mark]
    titles = (_COUNT.sub("", mark.title) for mark in path)
    return tuple(title for title in titles if not _NUMBERED.fullmatch(title))


def _at_top(top: float, lines: Sequence[Line]) -> bool:
    """Nothing but a running head stands above."""
    return sum(len(line.text.split()) for line in lines if line.top < top - 12) <= 12


def _is_heading(line: Line, body: float) -> bool:
    return (
        line.size >= _LARGER * body > 0
        and len(line.text.split()) <= _LONGEST
        and sum(map(str.isalpha, line.text)) >= 3
    )


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Neighbouring lines of one size that stand close to each other, as one: a long heading."""
    joined: list[Line] = []
    last = -1.0
    for line in lines:
        near = joined and line.size == joined[-1].size and 0 < line.top - last < 2.2 * line.size
        if near and len(joined[-1].text.split()) < _LONGEST:
            joined[-1] = joined[-1]._replace(text=f"{joined[-1].text} {line.text}")
        else:
            joined.append(line)
        last = line.top
    return joined
