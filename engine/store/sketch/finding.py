"""Which pages are worth an exact score: MaxSim of sketches with a question.

Pages are looked at in two steps, by the means of neighbouring vectors of all of them, and by all
vectors of those that are best by these; or at once by all vectors of all pages. Knows no filters
and no true scores.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
CERTAIN = 4.0
"""Standard errors of rounding that a page may be off which is left out: half as much again as was
seen (2,750 scores of made-up pages were off by 2.7 at most)."""
LIKELY = 1.5
"""The same where some of the best may be missed anyway."""


@dataclass(frozen=True, slots=True, eq=False)
class Guesses:
    """What sketches say of pages, by their places in the table; one number a page."""

    pages: Index
    scores: FloatArray
    """About MaxSim."""
    error: FloatArray
    """The standard error that rounding makes of it, if anything rather too large."""
    bound: FloatArray
    """By how much a score can be off at most."""

    def near(self, count: int, errors: float) -> npt.NDArray[np.bool_]:
        """Which pages may be among the best `count` if no score is off by more than so many
        standard errors."""
        if len(self.pages) <= count:
            return np.ones(len(self.pages), bool)
        off = np.minimum(errors * self.error, self.bound)
        least = np.partition(self.scores - off, -count)[-count]
        return np.asarray(self.scores + off >= least)

    def of(self, chosen: npt.NDArray[np.bool_] | Index) -> Guesses:
        return Guesses(
            self.pages[chosen], self.scores[chosen], self.error[chosen], self.bound[chosen]
        )

    def best(self, count: int) -> Guesses:
        """In the order of the table, in which their blocks follow each other."""
        if len(self.pages) <= count:
            return self
        return self.of(np.sort(np.argpartition(self.scores, -count)[-count:]))


class Finder:
    """Over one state of the table."""

    def __init__(self, kernel: Kernel, table: Table) -> None:
        self._kernel = kernel
        self._table = table

    def guesses(self, question: FloatArray, among: Index, close: int) -> Guesses:
        """Of those pages `among` that are best by the means of their neighbouring vectors.

        Of (t, d) vectors; `close`: at how many pages to look by all of their vectors.
        """
        asked = quantize_question(question)
        if close * _WORTH < len(among):
            among = self._guesses(self._table.coarse.of(among), among, asked).best(close).pages
        return self._guesses(self._table.fine.of(among), among, asked)

    def scores(self, question: FloatArray, among: Index, *, coarse: bool) -> FloatArray:
        """About MaxSim."""
        part = self._table.coarse if coarse else self._table.fine
        return self._scores(part.of(among), quantize_question(question))

    def _guesses(self, part: Part, pages: Index, asked: QuantizedQuestion) -> Guesses:
        # |q.v - q'.v'| <= |q| |v - v'| + |q - q'| |v'|, for each vector of the question
        bound = asked.lengths.sum() * part.entries["error"]
        bound += asked.errors.sum() * part.entries["longest"]
        # The store's sums are rounded, too.
        rounding = 1e-3 * asked.lengths.sum() * part.entries["longest"]
        # Rounding knows nothing of the question: of a difference of length e, an inner product with
        # a direction that is independent of it has the standard error e / sqrt(d); so have the
        # means of t that are independent of each other, by sqrt(t) more.
        error = bound / math.sqrt(asked.steps.size)
        return Guesses(pages, self._scores(part, asked), error, 1.001 * bound + rounding)

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
