"""Which pages are worth a closer look: MaxSim of sketches with a question.

A closer look is taken in two steps: at the means of neighbouring vectors of all pages, and at all
vectors of those that are best by them; or at once at all vectors of all pages. Knows no filters and
no true scores.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import numpy as np

from recto.engine.store.sketch.book import Index, Part, Table
from recto.engine.store.sketch.column import Rows
from recto.engine.store.sketch.kernel import Kernel
from recto.engine.store.sketch.quantizing import (
    Bytes,
    QuantizedQuestion,
    quantize_question,
)
from recto.engine.vectors import FloatArray

_BATCH = 512
"""Blocks in one call: with 128 dimensions a megabyte, which the processor's cache holds."""
_WORTH = 2
"""A step over the means must leave at most one page in so many, or it is not taken."""
SPARE = 16
"""Pages beyond those asked for, and a fifth: bytes mistake the order of like pages."""


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Between what the true scores of pages lie; one number a page."""

    least: FloatArray
    most: FloatArray


class Finder:
    """Over one state of the table."""

    def __init__(self, kernel: Kernel, table: Table) -> None:
        self._kernel = kernel
        self._table = table

    def likely(self, question: FloatArray, count: int, among: Index, close: int) -> Index:
        """Rather more than `count` of the pages `among`, the best and those that may be.

        Of (t, d) vectors; `close`: at how many pages to look closely.
        """
        asked = quantize_question(question)
        wanted = count + max(SPARE, count // 5)
        close = max(close, wanted)
        if close * _WORTH < len(among):
            among = _best(among, self._scores(self._table.coarse.of(among), asked), close)
        return _best(among, self._scores(self._table.fine.of(among), asked), wanted)

    def certain(self, question: FloatArray, count: int, among: Index) -> Index:
        """Pages of which the best `count` are some, whatever bytes mistake; may be nearly all."""
        bounds = self.bounds(question, among)
        if len(among) <= count:
            return among
        least = np.partition(bounds.least, -count)[-count]
        chosen: Index = among[bounds.most >= least]
        return chosen

    def bounds(self, question: FloatArray, among: Index) -> Bounds:
        asked = quantize_question(question)
        part = self._table.fine.of(among)
        scores = self._scores(part, asked)
        # |q.v - q'.v'| <= |q| |v - v'| + |q - q'| |v'|, for each vector of the question
        off = asked.lengths.sum() * part.entries["error"]
        off += asked.errors.sum() * part.entries["longest"]
        # The store's sums are rounded, too.
        off = 1.001 * off + 1e-3 * asked.lengths.sum() * part.entries["longest"]
        return Bounds(scores - off, scores + off)

    def scores(self, question: FloatArray, among: Index, *, coarse: bool) -> FloatArray:
        """About MaxSim."""
        part = self._table.coarse if coarse else self._table.fine
        return self._scores(part.of(among), quantize_question(question))

    def _scores(self, part: Part, asked: QuantizedQuestion) -> FloatArray:
        if not len(part.entries):
            return np.empty(0, np.float32)
        ends = np.cumsum(part.entries["blocks"])
        cuts = [0, *(np.flatnonzero(np.diff(ends // _BATCH)) + 1).tolist(), len(ends)]
        pieces = [slice(begin, end) for begin, end in itertools.pairwise(cuts) if begin < end]
        rows: Bytes = part.column.rows
        batches = [functools.partial(_gathered, rows, part.entries[piece]) for piece in pieces]
        found = self._kernel.maxima(batches, asked.steps)
        blocks = np.concatenate(found)
        begins = ends - part.entries["blocks"]
        steps = np.maximum.reduceat(blocks, begins, axis=0)  # (pages, t)
        scores: FloatArray = ((steps @ asked.scales) * part.entries["scale"]).astype(np.float32)
        return scores


def _gathered(rows: Bytes, entries: Rows) -> Bytes:
    """The blocks of pages, one page after the other; without copying where they are so."""
    firsts, counts = entries["first"], entries["blocks"]
    ends = firsts + counts
    if (firsts[1:] == ends[:-1]).all():
        return rows[firsts[0] : ends[-1]]
    return np.concatenate([rows[a:b] for a, b in zip(firsts, ends, strict=True)])


def _best(among: Index, scores: FloatArray, count: int) -> Index:
    """In the order of the table, in which their blocks follow each other."""
    if len(among) <= count:
        return among
    chosen = among[np.argpartition(scores, -count)[-count:]]
    return np.sort(chosen)
