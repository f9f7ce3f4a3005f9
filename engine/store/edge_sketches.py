"""Sketches of the pages of a shard, kept in step with it. Runs in the store's process only.

A page is in the sketches before it is in the shard and leaves them after it; of those that are just
being written a list is kept, from which they are made anew if the process is killed on the way.
They can all be made again from the shard at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt
import qdrant_edge as edge

from recto.engine.store.edge_requests import edge_filter
from recto.engine.store.schema import Conditions, Point
from recto.engine.store.sketch import depth
from recto.engine.store.sketch.book import Book, Index, Table
from recto.engine.store.sketch.finding import CERTAIN, LIKELY, Finder, Guesses
from recto.engine.store.sketch.kernel import Kernel
from recto.engine.vectors import FloatArray

SKETCHED = "patches"
_NAME = "sketches"
_UNSETTLED = "unsettled"
_KEY = 16
_FILTERS = 64
"""Of which it is remembered which pages they let through."""
_BATCH = 32
"""Pages read at once, each of them up to a million numbers."""
_IDS = 4096
_FEW = 32
"""Pages that are not worth being chosen among."""
_DEPTH_FROM = 200
"""Pages from which it is worth looking at means of vectors first."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What the sketches say to a question."""

    exactly: list[str]
    """Pages that are worth an exact score."""
    others: list[tuple[str, float]]
    """Pages that cannot be among those that must have one, with their rounded scores."""


class Sketches:
    """Those of one shard of pages."""

    def __init__(self, shard: edge.EdgeShard, folder: Path, dim: int, *, begin: int) -> None:
        """Open what is in `folder`; there will be sketches from `begin` pages on."""
        self._shard = shard
        self._folder = folder / _NAME
        self._dim = dim
        self._begin = begin
        self._book = Book(self._folder, dim) if self._folder.exists() else None
        self._depth = depth.read(self._folder)
        self._kernel: Kernel | None = None
        self._through: dict[str, Index] = {}
        self._points = int(shard.info().points_count or 0)
        if self._book is not None:
            self._settle(self._book)
            if len(self._book) != self._with_patches():
                self._agree(self._book)  # a power cut, or an older recto has written

    def before_writing(self, points: list[Point]) -> None:
        """The points that the shard is about to take; `after_writing` or `take_back` follows."""
        self._through.clear()
        self._points += len(points)
        self._begin_if_large()
        if self._book is None:
            return
        keys = b"".join(UUID(point["id"]).bytes for point in points)
        (self._folder / _UNSETTLED).write_bytes(keys)
        for point in points:
            if SKETCHED in point:
                self._book.add(point["id"], point[SKETCHED].astype(np.float32))
        self._book.forget(point["id"] for point in points if SKETCHED not in point)

    def after_writing(self) -> None:
        """The shard has taken them."""
        if self._book is not None:
            (self._folder / _UNSETTLED).unlink(missing_ok=True)

    def take_back(self) -> None:
        """The shard has not, or not all of them."""
        if self._book is not None:
            self._settle(self._book)

    def matching(self, conditions: Conditions) -> list[str]:
        """What is about to be deleted, for `after_deleting`."""
        return [] if self._book is None else [*self._ids(conditions)]

    def after_deleting(self, ids: list[str]) -> None:
        self._through.clear()
        if self._book is not None:
            self._book.forget(ids)

    def after_describing(self) -> None:
        self._through.clear()

    def choose(
        self,
        question: FloatArray,
        limit: int,
        conditions: Conditions,
        recall: float,
        precise: int,
    ) -> Choice | None:
        """Pages that hold the best `limit`, or this share of them; None: look at all.

        With a `recall` of 1 all of them need an exact score; else `precise` of them do.
        """
        if self._book is None or any(kind == "ids" for kind, *_ in conditions["must"]):
            return None  # pages that were chosen before
        table = self._book.table
        among = self._among(conditions)
        if len(among) <= _FEW:
            return None
        close = len(among)
        if recall < 1 and self._depth is not None:
            close = max(limit, self._depth.close(recall, close))
        half = question.astype(np.float16).astype(np.float32)  # as the shard compares it
        guesses = Finder(self._loaded_kernel(), table).guesses(half, among, close)
        near = guesses.near(limit, CERTAIN) if recall == 1 else guesses.near(precise, LIKELY)
        if near.sum() > len(among) // 2:
            return None  # to name them would take longer
        others = [] if recall == 1 else _others(guesses.of(~near).best(limit), table)
        return Choice(table.ids(guesses.pages[near]), others)

    def vectors(self, ids: list[str]) -> dict[str, npt.NDArray[np.float16]]:
        """Those of pages that have a sketch, rounded; copies of the last may follow them."""
        book = self._book
        return {} if book is None else {id: book.vectors(id) for id in ids if id in book}

    def tidy(self) -> None:
        """Begin them if it is time, drop what is gone, and measure anew what has changed much."""
        self._begin_if_large()
        if self._book is None:
            return
        if self._book.is_wasteful():
            self._book = self._book.compact()
        pages = len(self._book)
        if pages >= _DEPTH_FROM and (self._depth is None or not self._depth.fits(pages)):
            table = self._book.table
            self._depth = depth.measure(Finder(self._loaded_kernel(), table), table)
            depth.write(self._folder, self._depth)

    def flush(self) -> None:
        if self._book is not None:
            self._book.flush()

    def close(self) -> None:
        if self._book is not None:
            self._book.close()
        if self._kernel is not None:
            self._kernel.close()

    def _begin_if_large(self) -> None:
        if self._book is None and self._points >= max(self._begin, 1):
            self._book = Book(self._folder, self._dim)
            self._agree(self._book)

    def _settle(self, book: Book) -> None:
        """Make anew those of which it is not known whether the shard has taken them."""
        path = self._folder / _UNSETTLED
        if path.exists():
            keys = path.read_bytes()  # a kill while it was written: none of them was, then
            whole = range(0, len(keys) - _KEY + 1, _KEY)
            ids = [str(UUID(bytes=keys[at : at + _KEY])) for at in whole]
            book.forget(ids)
            self._make(book, ids)
            path.unlink()

    def _agree(self, book: Book) -> None:
        """Make the sketches that are missing, and forget those of pages that are."""
        stored = [*self._ids({"must": [], "must_not": []})]
        book.forget(set(book).difference(stored))
        self._make(book, [id for id in stored if id not in book])

    def _make(self, book: Book, ids: list[str]) -> None:
        """Of what the shard has of these pages."""
        for start in range(0, len(ids), _BATCH):
            batch: list[int | UUID | str] = [*ids[start : start + _BATCH]]
            for record in self._shard.retrieve(batch, False, [SKETCHED]):
                vectors = record.vector
                if isinstance(vectors, dict) and SKETCHED in vectors:
                    book.add(str(record.id), np.array(vectors[SKETCHED], np.float32))

    def _among(self, conditions: Conditions) -> Index:
        """The pages with a sketch that a filter lets through, by their places in the table."""
        assert self._book is not None
        table = self._book.table
        if not conditions["must"] and not conditions["must_not"]:
            return np.arange(len(table))
        key = json.dumps(conditions)
        if key not in self._through:
            if len(self._through) == _FILTERS:
                self._through.pop(next(iter(self._through)))
            self._through[key] = self._book.places(self._ids(conditions))
        return self._through[key]

    def _ids(self, conditions: Conditions) -> Iterator[str]:
        offset: int | UUID | str | None = None
        while True:
            request = edge.ScrollRequest(
                offset=offset, limit=_IDS, filter=edge_filter(conditions), with_payload=False
            )
            records, offset = self._shard.scroll(request)
            yield from (str(record.id) for record in records)
            if offset is None:
                return

    def _with_patches(self) -> int:
        having = edge.Filter(must=[edge.HasVectorCondition(SKETCHED)])
        return self._shard.count(edge.CountRequest(exact=True, filter=having))

    def _loaded_kernel(self) -> Kernel:
        if self._kernel is None:
            self._kernel = Kernel()
        return self._kernel


def _others(guesses: Guesses, table: Table) -> list[tuple[str, float]]:
    return [*zip(table.ids(guesses.pages), guesses.scores.tolist(), strict=True)]
