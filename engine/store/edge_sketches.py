"""Sketches of the pages of a shard, kept in step with it. Runs in the store's process only.

A page is in the sketches before it is in the shard and leaves them after it, whatever is killed on
the way; what they have too many is not found by the shard and drops out. They can be made again
from the shard at any time, and small libraries have none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt
import qdrant_edge as edge

from recto.engine.store.edge_requests import edge_filter
from recto.engine.store.schema import Conditions, Point
from recto.engine.store.sketch import depth
from recto.engine.store.sketch.book import Book, Index
from recto.engine.store.sketch.finding import SPARE, Finder
from recto.engine.store.sketch.kernel import Kernel
from recto.engine.vectors import FloatArray

SKETCHED = "patches"
_NAME = "sketches"
_FILTERS = 64
"""Of which it is remembered which pages they let through."""
_BATCH = 32
"""Pages read at once, each of them up to a million numbers."""
_IDS = 4096


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
        if self._book is not None and len(self._book) != self._with_patches():
            self._agree(self._book)  # a power cut has taken the end, or an older recto has written

    def before_writing(self, points: list[Point]) -> None:
        """The points that the shard is about to take."""
        self._through.clear()
        self._points += len(points)
        self._begin_if_large()
        if self._book is None:
            return
        for point in points:
            if SKETCHED in point:
                self._book.add(point["id"], point[SKETCHED].astype(np.float32))
        self._book.forget(point["id"] for point in points if SKETCHED not in point)

    def matching(self, conditions: Conditions) -> list[str]:
        """What is about to be deleted, for `after_deleting`."""
        return [] if self._book is None else [*self._ids(conditions)]

    def after_deleting(self, ids: list[str]) -> None:
        self._through.clear()
        if self._book is not None:
            self._book.forget(ids)

    def after_describing(self) -> None:
        self._through.clear()

    def worth_a_look(
        self, question: FloatArray, limit: int, conditions: Conditions, recall: float
    ) -> list[str] | None:
        """Pages among which are the best ones, or this share of them; None: look at all.

        With a `recall` of 1 they are among them for certain.
        """
        if self._book is None or any(kind == "ids" for kind, *_ in conditions["must"]):
            return None  # pages that were chosen before
        table = self._book.table
        among = self._among(conditions)
        if len(among) <= 2 * (limit + SPARE):
            return None
        finder = Finder(self._loaded_kernel(), table)
        half = question.astype(np.float16).astype(np.float32)  # as the shard compares it
        if recall < 1:
            close = len(among) if self._depth is None else self._depth.close(recall, len(among))
            chosen = finder.likely(half, limit, among, close)
        else:
            chosen = finder.certain(half, limit, among)
        if len(chosen) > len(among) // 2:
            return None  # to name them would take longer
        return [table.ids[page] for page in chosen.tolist()]

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
        if pages >= self._begin and (self._depth is None or not self._depth.fits(pages)):
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

    def _agree(self, book: Book) -> None:
        """Make the sketches that are missing, and forget those of pages that are."""
        stored = [*self._ids({"must": [], "must_not": []})]
        book.forget(set(book.table.ids).difference(stored))
        missing = [id for id in stored if id not in book]
        for start in range(0, len(missing), _BATCH):
            batch: list[int | UUID | str] = [*missing[start : start + _BATCH]]
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
            seen = set(self._ids(conditions))
            self._through[key] = np.array(
                [place for place, id in enumerate(table.ids) if id in seen], np.int64
            )
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
