"""Puts pieces of lines together to lines. Knows neither PDF nor OCR, whose pieces these are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from recto.engine.page import Box, Word

_SAME = 0.35
"""Baselines this close, in sizes of the type, are one line."""


@dataclass(slots=True, eq=False, kw_only=True)
class Piece:
    """Words that stand side by side, in reading order. All measures are in one unit."""

    baseline: float
    """From the top of the page."""
    size: float
    """Of the type."""
    left: float = 0.0
    right: float = 0.0
    words: list[tuple[str, Box]] = field(default_factory=list)
    level: bool = True
    """Runs from left to right; other pieces are lines by themselves."""


@dataclass(slots=True, eq=False)
class _Line:
    pieces: list[Piece]
    prose: bool = False

    @property
    def baseline(self) -> float:
        return self.pieces[0].baseline

    @property
    def size(self) -> float:
        return max(piece.size for piece in self.pieces)

    @property
    def words(self) -> int:
        return sum(len(piece.words) for piece in self.pieces)

    def takes(self, piece: Piece) -> bool:
        """Whether `piece` stands on this line, in a place that is free."""
        return all(
            own.level
            and piece.level
            and abs(own.baseline - piece.baseline) <= _SAME * min(own.size, piece.size)
            and (own.right <= piece.left + own.size / 4 or piece.right <= own.left + own.size / 4)
            for own in self.pieces
        )

    def above(self, other: _Line) -> bool:
        """Whether `other` continues this line's column."""
        down = other.baseline - self.baseline
        meets = other.pieces[0].left < self.pieces[-1].right
        meets = meets and self.pieces[0].left < other.pieces[-1].right
        return meets and 0 < down < 3 * max(self.size, other.size)


def arrange(pieces: Iterable[Piece]) -> tuple[list[Word], list[float]]:
    """The words with the number of their line, and the size of the type of each line.

    `pieces` come in reading order. Neighbours on one baseline become one line, and so do cells of
    a table that come column by column; columns of prose stay apart.
    """
    lines: list[_Line] = []
    for piece in pieces:
        if lines and lines[-1].takes(piece) and piece.left >= lines[-1].pieces[-1].left:
            lines[-1].pieces.append(piece)
        else:
            lines.append(_Line([piece]))
    _mark_prose(lines)
    lines = _join_rows(lines)
    words = [
        Word(text, box, number)
        for number, line in enumerate(lines)
        for piece in line.pieces
        for text, box in piece.words
    ]
    return words, [line.size for line in lines]


def _mark_prose(lines: Sequence[_Line]) -> None:
    """Prose is at least three lines, one below the other, of five words in the mean."""
    start = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and lines[end - 1].above(lines[end]):
            continue
        run = lines[start:end]
        if len(run) >= 3 and sum(line.words for line in run) >= 5 * len(run):
            for line in run:
                line.prose = True
        start = end


def _join_rows(lines: Sequence[_Line]) -> list[_Line]:
    """Lines that share a baseline become one, where the first of them stood."""
    kept: list[_Line] = []
    rows: dict[int, list[_Line]] = {}
    for line in lines:
        key = round(line.baseline / 16)
        near = [row for k in (key - 1, key, key + 1) for row in rows.get(k, ())]
        row = None if line.prose else next((r for r in near if _fits(r, line)), None)
        if row is None:
            kept.append(line)
            if not line.prose:
                rows.setdefault(key, []).append(line)
        else:
            row.pieces = sorted(row.pieces + line.pieces, key=lambda piece: piece.left)
    return kept


def _fits(row: _Line, line: _Line) -> bool:
    return all(row.takes(piece) for piece in line.pieces)
