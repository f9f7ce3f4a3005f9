"""Blocks of rows that read on: paragraphs, list items, headings, and the records of tables.

A record is a table row with all lines of its cells. Knows no question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from statistics import median

from recto.engine.answering.layout import Row, is_value
from recto.engine.page import Word

PITCH = 1.45
"""Times the page's usual distance of baselines: more is a gap between paragraphs."""
RECORD_ROWS = 8

Block = list[Row]


def find_blocks(rows: Sequence[Row], words: Sequence[Word]) -> list[Block]:
    """All rows, in order, in blocks. The block of a record has a tabular row, no other has."""
    pitches = [b.box.y1 - a.box.y1 for a, b in pairwise(rows) if 0 < _step(a, b) < 2.5]
    usual = median(pitches) if pitches else 0.0
    blocks: list[Block] = []
    plain: list[Row] = []
    for row in rows:
        last = blocks[-1] if blocks and not plain else []
        if last and last[0].tabular and _continues(last, row, words):
            last.append(row)
        elif not row.tabular:
            plain.append(row)
        else:
            label = plain.pop() if plain and _begins_label(plain[-1], row, words) else None
            blocks += _text_blocks(plain, words, PITCH * usual)
            blocks.append([row] if label is None else [label, row])
            plain = []
    return blocks + list(_text_blocks(plain, words, PITCH * usual))


def is_record(block: Block) -> bool:
    return any(row.tabular for row in block)


def labels_next(blocks: Sequence[Block], number: int, words: Sequence[Word]) -> bool:
    """Whether record `number` holds the labels of a form, which stand closer to the record below,
    where the answers are, than that does to whatever follows."""
    if number + 1 >= len(blocks) or not is_record(blocks[number + 1]):
        return False
    labels, filled = blocks[number], blocks[number + 1]
    if any(char.isdigit() for row in labels for word in _of(row, words) for char in word.text):
        return False
    inside = filled[0].box.y0 - labels[-1].box.y1
    before = labels[0].box.y0 - blocks[number - 1][-1].box.y1 if number else inside
    after = blocks[number + 2][0].box.y0 - filled[-1].box.y1 if number + 2 < len(blocks) else inf
    first = number == 0 or not is_record(blocks[number - 1])
    return 0 <= inside < 0.75 * after and (first or inside < 0.87 * before)


def _of(row: Row, words: Sequence[Word]) -> Sequence[Word]:
    return words[row.start : row.stop]


def _step(above: Row, below: Row) -> float:
    """From one baseline to the next, in heights."""
    return (below.box.y1 - above.box.y1) / max(above.height, below.height)


def _continues(record: Block, row: Row, words: Sequence[Word]) -> bool:
    """Whether `row` is a further line of the record's cells: nothing stands in its first column,
    or a label goes on there in small letters."""
    first = record[0]
    if len(record) == RECORD_ROWS or abs(_step(record[-1], row)) > 2.2:
        return False
    if row.item or any(is_value(words[start:stop]) for start, stop in row.cells):
        return False
    columns = words[first.cells[1][0]].box.x0
    if row.box.x0 > columns - 0.5 * row.height:
        return True
    small = words[row.start].text[:1].islower() and not words[first.start].text[:1].islower()
    return small and 0 < _step(record[-1], row) < 1.7 and row.stop - row.start <= 12


def _begins_label(above: Row, row: Row, words: Sequence[Word]) -> bool:
    """Whether the label of `row` began on the row above."""
    return (
        words[row.start].text[:1].islower()
        and words[above.stop - 1].text[-1:] not in ".:;!?"
        and 0 < _step(above, row) < 1.7
        and abs(above.box.x0 - row.box.x0) < 2 * row.height
        and above.stop - above.start <= 12
    )


def _text_blocks(rows: Sequence[Row], words: Sequence[Word], pitch: float) -> Iterator[Block]:
    for run in _runs(rows, pitch):
        right = max(row.box.x1 for row in run)
        block = [run[0]]
        for above, below in pairwise(run):
            if _reads_on(above, below, words, right):
                block.append(below)
            else:
                yield block
                block = [below]
        yield block


def _runs(rows: Sequence[Row], pitch: float) -> Iterator[Block]:
    """Consecutive rows at the usual distance, in one column and of one size."""
    run: Block = []
    for row in rows:
        if run and not _near(run[-1], row, pitch):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _near(above: Row, below: Row, pitch: float) -> bool:
    tall = max(above.height, below.height) / min(above.height, below.height)
    common = min(above.box.x1, below.box.x1) - max(above.box.x0, below.box.x0)
    step = below.box.y1 - above.box.y1
    return 0 < step <= pitch and tall < 1.6 and common > 0


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
    colon = any(word.text.endswith(":") for word in words[:-1][:4])
    return colon and words[0].text[:1].isupper()
