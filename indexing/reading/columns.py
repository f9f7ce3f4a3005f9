"""The order in which a person reads pieces of lines that come in no order, as OCR finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recto.indexing.reading.lines import Piece


@dataclass(slots=True, eq=False)
class _Block:
    """Pieces that are read one after the other: a column of prose, or a single piece."""

    pieces: list[Piece]

    @property
    def top(self) -> float:
        return self.pieces[0].baseline - self.pieces[0].size

    @property
    def bottom(self) -> float:
        return self.pieces[-1].baseline

    @property
    def left(self) -> float:
        return min(piece.left for piece in self.pieces)

    def continues(self, piece: Piece) -> bool:
        """Whether `piece` is the next line of this column."""
        last = self.pieces[-1]
        down = piece.baseline - last.baseline
        shared = min(last.right, piece.right) - max(last.left, piece.left)
        narrower = min(last.right - last.left, piece.right - piece.left)
        begins = abs(last.left - piece.left) < 3 * last.size
        return begins and 0.5 * last.size < down < 2.5 * last.size and shared > 0.5 * narrower

    def is_prose(self) -> bool:
        words = sum(len(piece.words) for piece in self.pieces)
        return len(self.pieces) >= 3 and words >= 5 * len(self.pieces)

    def before(self, other: _Block) -> bool:
        """Left of it on the same height, or above it."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        if shared > 0.5 * min(self.bottom - self.top, other.bottom - other.top):
            return self.left < other.left
        return self.top < other.top


def in_reading_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Columns of prose one after the other, everything else row by row."""
    columns: list[_Block] = []
    for piece in sorted(pieces, key=lambda piece: (piece.baseline, piece.left)):
        column = next((c for c in reversed(columns) if c.continues(piece)), None)
        if column is None:
            columns.append(_Block([piece]))
        else:
            column.pieces.append(piece)
    blocks = [column for column in columns if column.is_prose()]
    for column in columns:
        if not column.is_prose():
            blocks.extend(_Block([piece]) for piece in column.pieces)
    return [piece for block in _sorted(blocks) for piece in block.pieces]


def _sorted(blocks: Sequence[_Block]) -> list[_Block]:
    """By `before`; where that runs in a ring, the highest goes first."""
    waiting = sorted(blocks, key=lambda block: (block.top, block.left))
    ordered: list[_Block] = []
    while waiting:
        first = waiting[0]
        for block in waiting:
            if block.top > first.bottom:
                break
            if block.before(first):
                first = block
        waiting.remove(first)
        ordered.append(first)
    return ordered
