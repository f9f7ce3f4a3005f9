"""A page cut into passages: what can be quoted as an answer, with the words it consists of.

Sentences (over as many lines as they run), list items, table rows with their column headings, and
single lines such as the fields of a form. Knows no question and no vectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from recto.engine.answering.blocks import Block, find_blocks, is_record, labels_next
from recto.engine.answering.layout import BULLETS, Row, find_rows, upright
from recto.engine.answering.tables import Cell, cells_of, headings
from recto.engine.page import Box, PageContent, Word, union

Kind = Literal["sentence", "item", "row", "line", "heading"]

MAX_WORDS = 6000
"""Of a page; what comes after is not looked at. A page of small print has 1,500."""
LONGEST = 80
"""Words of a passage; a longer sentence is cut at the end of a line."""
HEADING_WORDS = 14
NEXT_TABLE = 3.5
"""Heights of a row: a larger gap, or a step up the page, lies between two tables."""

_STOPS, _WIDE_STOPS = (".", "!", "?", "…"), ("。", "！", "？", "．")
_CLOSERS = ")]\"'”’»"
_SPOKEN = re.compile(rf"[\w%{re.escape(_CLOSERS)}]")
_ABBREVIATION = re.compile(
    r"\(?(?:[A-Z]|[a-z]|(?:[A-Za-z]\.)+[A-Za-z]?|Mr|Mrs|Ms|Dr|Prof|St|No|Nos|Inc|Corp|Co|Ltd|LLC|vs"
    r"|Fig|Figs|Sec|Art|Vol|pp|approx|ca|cf|al|etc|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Oct|Nov|Dec)\."
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words `start` to `stop` of the page's words, which read on in that order."""

    kind: Kind
    start: int
    stop: int
    words: tuple[Word, ...]
    context: tuple[str, ...] = ()
    """Headings on the page under which it stands, the nearest last."""
    columns: tuple[tuple[str, str], ...] = ()
    """Of a row: its cells after the first as (column heading or "", text)."""
    label: str = ""
    """Of a row: its first cell."""

    @property
    def text(self) -> str:
        """Word for word, a space between words."""
        return " ".join(word.text for word in self.words)

    @property
    def boxes(self) -> tuple[Box, ...]:
        """One box a line."""
        lines = groupby(self.words, key=lambda word: word.line)
        return tuple(union(word.box for word in line) for _, line in lines)


def cut_passages(content: PageContent) -> list[Passage]:
    """All passages of a page in reading order; together they are its words."""
    words = upright(content)[:MAX_WORDS]
    rows = find_rows(words)
    above = content.headings[-1] if len(content.headings) > 1 else ""  # the first is the title
    cutter = _Cutter(content.text.words, words, rows, above)
    return list(cutter.passages())


class _Cutter:
    """One page on its way to passages; keeps the headings met so far."""

    def __init__(
        self, words: Sequence[Word], laid: Sequence[Word], rows: Sequence[Row], above: str
    ) -> None:
        self._words, self._laid = words, laid
        self._blocks = find_blocks(rows, laid)
        self._table: list[list[Cell]] = []
        self._table_end = 0.0
        self._title: tuple[str, float] = (above, 0.0)
        self._lead = ""
        self._in_list = False

    def passages(self) -> Iterator[Passage]:
        labels: Block = []
        for number, block in enumerate(self._blocks):
            if is_record(block):
                if labels_next(self._blocks, number, self._laid) and not labels:
                    labels = block
                else:
                    yield self._fields(labels, block) if labels else self._record(block)
                    labels = []
                continue
            self._end_table(block)
            if self._is_heading(number):
                kind: Kind = "line" if self._is_stacked(number) else "heading"
                yield self._passage(kind, block[0].start, block[-1].stop)
                self._remember(block)
            else:
                yield from self._prose(block)

    def _passage(self, kind: Kind, start: int, stop: int) -> Passage:
        context = tuple(text for text in (self._title[0], self._lead) if text)
        return Passage(kind, start, stop, tuple(self._words[start:stop]), context)

    def _record(self, block: Block) -> Passage:
        if not -1 < (block[0].box.y0 - self._table_end) / block[0].height < NEXT_TABLE:
            self._table.clear()
        self._table_end = block[-1].box.y1
        cells = cells_of(block, self._laid)
        label = "" if cells[0].value else cells[0].text  # of a total, often nothing
        columns = headings(self._table, cells[1:] if label else cells)
        self._table.insert(0, cells)
        plain = self._passage("row", block[0].start, block[-1].stop)
        return replace(plain, columns=tuple(columns), label=label)

    def _fields(self, labels: Block, block: Block) -> Passage:
        """Of a form: what was filled in under a row of labels."""
        heads, cells = cells_of(labels, self._laid), cells_of(block, self._laid)
        self._table.clear()
        plain = self._passage("row", labels[0].start, block[-1].stop)
        return replace(plain, columns=tuple(headings([heads], cells)))

    def _end_table(self, block: Block) -> None:
        """Running text ends a table; the title of a section of it does not."""
        if block[-1].stop - block[0].start > HEADING_WORDS:
            self._table.clear()

    def _is_heading(self, number: int) -> bool:
        """Few words that end without a stop, or with a question mark, and stand above something."""
        if number + 1 == len(self._blocks):
            return False
        block, following = self._blocks[number], self._blocks[number + 1][0]
        start, stop = block[0].start, block[-1].stop
        text = _text(self._words[start:stop])
        if stop - start > HEADING_WORDS or not any(map(str.isalpha, text)):
            return False
        if text[-1] in ".;,!。" or text[0].islower() or text[0] in BULLETS:
            return False
        if ": " in text and block[0].height < 1.2 * following.height:
            return False  # a field of a form
        gap = (following.box.y0 - block[-1].box.y1) / max(block[0].height, following.height)
        return -0.5 < gap < 3 and not self._is_listed(number)

    def _is_listed(self, number: int) -> bool:
        """An item among items; "2. Term" above "2.1" is none."""
        block, following = self._blocks[number][0], self._blocks[number + 1][0]
        if not block.item:
            return False
        label, below = (self._words[row.start].text for row in (block, following))
        if following.item:
            return not (below.startswith(label) and below != label)
        return number > 0 and self._blocks[number - 1][0].item

    def _is_stacked(self, number: int) -> bool:
        """One of several short lines of one size, such as those of an address."""
        here, below = self._blocks[number][0], self._blocks[number + 1][0]
        alike = 0.85 < here.height / below.height < 1.18
        return alike and not here.item and self._is_heading(number + 1)

    def _remember(self, block: Sequence[Row]) -> None:
        text = _text(self._words[block[0].start : block[-1].stop])
        height = max(row.height for row in block)
        self._in_list = False
        if height >= 0.85 * self._title[1] and not text.endswith(":"):
            self._title, self._lead = (text, height), ""
        else:
            self._lead = text

    def _prose(self, block: Sequence[Row]) -> Iterator[Passage]:
        start, stop = block[0].start, block[-1].stop
        if self._in_list and not block[0].item:
            self._lead = ""
        self._in_list = block[0].item
        spans = list(_sentences(self._words, start, stop, label=block[0].item))
        kind: Kind = "item" if block[0].item else "sentence" if len(block) > 1 else "line"
        for first, last in spans:
            whole = _has_stop(self._words[last - 1].text)
            told = (kind == "line" and whole) or (kind == "item" and first != start)
            yield self._passage("sentence" if told else kind, first, last)
        if self._words[stop - 1].text.endswith(":"):
            self._lead = _text(self._words[spans[-1][0] : stop])


def _sentences(
    words: Sequence[Word], start: int, stop: int, *, label: bool
) -> Iterator[tuple[int, int]]:
    """`label`: the first word numbers a list item, and its full stop ends no sentence."""
    first = start
    for i in range(min(start + label, stop - 1), stop):
        at_end = i + 1 == stop
        if at_end or _ends(words[i].text, words[i + 1].text) or _too_long(words, first, i):
            yield first, i + 1
            first = i + 1


def _ends(text: str, following: str) -> bool:
    if not _has_stop(text) or _ABBREVIATION.fullmatch(text):
        return False
    return not following[:1].islower()


def _has_stop(text: str) -> bool:
    """Ends with a full stop or its like, perhaps in quotes, and is more than that."""
    bare = text.rstrip(_CLOSERS)
    if bare.endswith(_STOPS) and _SPOKEN.search(bare, 0, len(bare) - 1):
        return True
    return text.endswith(_WIDE_STOPS)


def _too_long(words: Sequence[Word], first: int, last: int) -> bool:
    long = last + 1 - first >= LONGEST or sum(len(w.text) for w in words[first:last]) > 8 * LONGEST
    return long and words[last].line != words[last + 1].line


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)
