"""The columns of a table: which cell of a record stands under which heading. Knows no question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recto.engine.answering.blocks import Block
from recto.engine.answering.layout import is_value, is_year
from recto.engine.page import Box, Word, union

REACH = 80
"""Records that are looked at above one."""
_LEADER = ".·…_"
"""The dots that lead from an entry to its page; three of them at least."""

LEVELS = 2
"""Records of headings that are put together ("Year ended" above "2018")."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of a record."""

    text: str
    box: Box
    value: bool
    """An amount and nothing else."""

    @property
    def heads(self) -> bool:
        """May stand above amounts as their heading: no digits but those of a year."""
        texts = self.text.split()
        return not any(map(str.isdigit, self.text)) or any(is_year(text) for text in texts)


def cells_of(record: Block, words: Sequence[Word]) -> list[Cell]:
    """One a column that has anything, the further lines of a cell with the first."""
    cells: list[Cell] = []
    rows = sorted(record, key=lambda row: not row.tabular)  # which columns there are comes first
    for row in rows:
        for start, stop in row.cells:
            span = words[start:stop]
            text = _without_leader(" ".join(word.text for word in span))
            cell = Cell(text, union(word.box for word in span), is_value(span))
            above = max(cells, key=lambda c: _overlap(c.box, cell.box), default=None)
            if above is None or row is rows[0] or _overlap(above.box, cell.box) <= 0:
                cells.append(cell)
            else:
                cells[cells.index(above)] = _together(above, cell)
    return sorted(cells, key=lambda cell: cell.box.x0)


def _without_leader(text: str) -> str:
    bare = text.rstrip(_LEADER + " ")
    return bare if len(text[len(bare) :].replace(" ", "")) >= 3 else text


def _together(a: Cell, b: Cell) -> Cell:
    upper, lower = (a, b) if a.box.y0 <= b.box.y0 else (b, a)
    return replace(upper, text=f"{upper.text} {lower.text}", box=union((a.box, b.box)))


def _overlap(a: Box, b: Box) -> float:
    return min(a.x1, b.x1) - max(a.x0, b.x0)


def headings(table: Sequence[Sequence[Cell]], cells: Sequence[Cell]) -> list[tuple[str, str]]:
    """Each of `cells` as its heading, or "", and its text.

    `table` is what stands above in the same table, the nearest record first. Above amounts, the
    nearest records without numbers head them; above anything else the table's first record does.
    """
    heads: list[Sequence[Cell]] = []
    if any(cell.value for cell in cells):
        heads = _heads_of_amounts(table)
    if not heads and table:
        heads = [table[-1]]
    return [
        (" ".join(filter(None, (_over(cell, head) for head in heads))), cell.text) for cell in cells
    ]


def _heads_of_amounts(table: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    heads: list[Sequence[Cell]] = []
    for record in table[:REACH]:
        if all(cell.heads for cell in record) and not any(cell.value for cell in record):
            heads.insert(0, record)
            if len(heads) == LEVELS:
                break
        elif heads:
            break
    return heads


def _over(cell: Cell, record: Sequence[Cell]) -> str:
    """The heading over the cell; of several the one whose middle is nearest."""
    over = [head for head in record if not head.value and _overlap(head.box, cell.box) > 0]
    middle = cell.box.x0 + cell.box.x1
    return min(over, key=lambda head: abs(head.box.x0 + head.box.x1 - middle)).text if over else ""
