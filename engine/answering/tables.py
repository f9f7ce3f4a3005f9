"""The column headings of a table row, found from where its cells stand. Knows no question."""

from __future__ import annotations

from collections.abc import Sequence

from recto.engine.answering.layout import Row, is_value
from recto.engine.page import Box, Word, union

REACH = 80
"""Rows that are looked at above a row."""
LEVELS = 2
"""Rows of headings that are put together ("Year ended" above "2018")."""

Cell = tuple[str, Box]


def row_labels(rows: Sequence[Row], number: int, words: Sequence[Word]) -> list[str]:
    """A heading, or "", for each cell of row `number` but its first.

    Above numbers, the nearest rows without numbers are headings; above text, the table's first row.
    """
    row = rows[number]
    cells = [words[start:stop] for start, stop in row.cells[1:]]
    table = _above(rows, number)
    if not table:
        return [""] * len(cells)
    if any(is_value(cell) for cell in cells):
        heads = _heads_of_numbers(table, words)
    else:
        heads = [_cells(table[-1], words)]
    labels = []
    for cell in cells:
        box = union(word.box for word in cell)
        labels.append(" ".join(filter(None, (_over(box, head) for head in heads))))
    return labels


def _above(rows: Sequence[Row], number: int) -> list[Row]:
    """The rows of the same table above, the nearest first; section titles in between are left."""
    table: list[Row] = []
    below = rows[number]
    for row in reversed(rows[max(0, number - REACH) : number]):
        if not -1 < below.box.y1 - row.box.y1 < 5 * max(below.height, row.height):
            break
        if row.tabular:
            table.append(row)
        elif row.stop - row.start > 12:  # running text: the table begins below it
            break
        below = row
    return table


def _heads_of_numbers(table: Sequence[Row], words: Sequence[Word]) -> list[list[Cell]]:
    """The nearest row without numbers, and the one right above it if that has none either."""
    heads: list[list[Cell]] = []
    for row in table:
        if any(is_value(words[start:stop]) for start, stop in row.cells):
            if heads:
                break
            continue
        heads.insert(0, _cells(row, words))
        if len(heads) == LEVELS:
            break
    return heads


def _cells(row: Row, words: Sequence[Word]) -> list[Cell]:
    spans = [words[start:stop] for start, stop in row.cells]
    return [(" ".join(w.text for w in span), union(w.box for w in span)) for span in spans]


def _over(box: Box, heads: Sequence[Cell]) -> str:
    """The heading whose span overlaps the cell's, the one with the nearest middle of several."""
    overlapping = [head for head in heads if head[1].x0 < box.x1 and box.x0 < head[1].x1]
    middle = (box.x0 + box.x1) / 2
    nearest = min(
        overlapping, key=lambda head: abs((head[1].x0 + head[1].x1) / 2 - middle), default=None
    )
    return nearest[0] if nearest else ""
