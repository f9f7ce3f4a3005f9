"""The sketches of a library's pages on the disk: three files to which is only ever added.

    fine, coarse    blocks of all vectors, and of means of neighbouring ones
    pages           for each page, where its blocks are; its last entry counts, one without blocks
                    says that it is gone

An entry is written after its blocks, so whatever a crash leaves is a beginning of what there was.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt

from recto.engine.store.sketch.column import Column, Rows
from recto.engine.store.sketch.quantizing import BLOCK, Quantized, dequantized, pooled, quantize
from recto.engine.vectors import FloatArray

Index = npt.NDArray[np.int64]
_PART = [
    ("first", "<i8"),
    ("blocks", "<i8"),
    ("scale", "<f4"),
    ("error", "<f4"),
    ("longest", "<f4"),
]
_ENTRY = np.dtype([("id", "S16"), ("fine", _PART), ("coarse", _PART)])
_GARBAGE = 0.3
"""The share of blocks that belong to no page, from which they are worth removing."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Where the blocks of pages are in one column; arrays of one number a page."""

    column: Column
    entries: Rows

    def of(self, pages: Index) -> Part:
        """Of some pages, by their places in the table."""
        return Part(self.column, self.entries[pages])


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The pages that there are, in the order of their blocks."""

    keys: npt.NDArray[np.bytes_]
    """(pages,)"""
    fine: Part
    coarse: Part

    def __len__(self) -> int:
        return len(self.keys)

    def ids(self, pages: Index) -> list[str]:
        """Of pages by their places."""
        return [_id(key) for key in self.keys[pages].tolist()]


class Book:
    """Open it once: nothing guards the files."""

    def __init__(self, folder: Path, dim: int) -> None:
        """Open what is in `folder`, or begin it; what a crash has left in part is cut off."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(_aside(folder), ignore_errors=True)
        self._folder = folder
        self._dim = dim
        self._fine = Column(folder / "fine", np.uint8, (BLOCK, dim))
        self._coarse = Column(folder / "coarse", np.uint8, (BLOCK, dim))
        self._pages = Column(folder / "pages", _ENTRY)
        self._mend()
        self._entry = {_key(id): i for i, id in enumerate(self._pages.rows["id"].tolist())}
        self._entry = {id: i for id, i in self._entry.items() if self._blocks[i]}
        self._table: Table | None = None

    def __len__(self) -> int:
        return len(self._entry)

    def __contains__(self, id: str) -> bool:
        return UUID(id).bytes in self._entry

    def __iter__(self) -> Iterator[str]:
        """The ids of the pages."""
        return map(_id, self._entry)

    @property
    def table(self) -> Table:
        if self._table is None:
            rows = self._pages.rows[self._places]
            self._table = Table(
                rows["id"], Part(self._fine, rows["fine"]), Part(self._coarse, rows["coarse"])
            )
        return self._table

    def places(self, ids: Iterable[str]) -> Index:
        """In the table, of the pages that are here; ascending."""
        entries = (self._entry.get(UUID(id).bytes) for id in ids)
        known = np.array(sorted(entry for entry in entries if entry is not None), np.int64)
        found: Index = np.searchsorted(self._places, known)
        return found

    def add(self, id: str, vectors: FloatArray) -> None:
        """Of a page (n, d), n >= 1; in the place of what is there of it."""
        fine, coarse = quantize(vectors), quantize(pooled(vectors))
        entry = np.zeros(1, _ENTRY)
        entry["id"] = UUID(id).bytes
        for name, column, part in (("fine", self._fine, fine), ("coarse", self._coarse, coarse)):
            entry[name] = _part(len(column), part)
        self._fine.add(fine.blocks)
        self._coarse.add(coarse.blocks)
        self._write(entry)

    def forget(self, ids: Iterable[str]) -> None:
        gone = [id for id in ids if id in self]
        entries = np.zeros(len(gone), _ENTRY)
        entries["id"] = [UUID(id).bytes for id in gone]
        if gone:
            self._write(entries)

    def vectors(self, id: str) -> npt.NDArray[np.float16]:
        """(n, d) of a page that is here, rounded to bytes; copies of the last fill the end."""
        part = self._pages.rows[self._entry[UUID(id).bytes]]["fine"]
        blocks = self._fine.rows[part["first"] : part["first"] + part["blocks"]]
        return dequantized(blocks, part["scale"]).astype(np.float16)

    def flush(self) -> None:
        for column in self._columns:
            column.flush()

    def close(self) -> None:
        for column in self._columns:
            column.close()

    def is_wasteful(self) -> bool:
        used = int(self._blocks[list(self._entry.values())].sum())
        return len(self._fine) - used > _GARBAGE * len(self._fine)

    def compact(self) -> Book:
        """The same pages without what is gone, open; this one is closed."""
        aside = _aside(self._folder)
        new = Book(aside, self._dim)
        for entry in self._pages.rows[sorted(self._entry.values())]:
            new._copy(entry, self)
        new.flush()
        new.close()
        self.close()
        # Between these two there are no sketches, which is no loss: they can be made.
        shutil.rmtree(self._folder)
        aside.rename(self._folder)
        return Book(self._folder, self._dim)

    @property
    def _columns(self) -> tuple[Column, Column, Column]:
        return self._fine, self._coarse, self._pages

    @property
    def _places(self) -> Index:
        """The entries that count, in the order of the table."""
        return np.array(sorted(self._entry.values()), np.int64)

    @property
    def _blocks(self) -> Index:
        blocks: Index = self._pages.rows["fine"]["blocks"]
        return blocks

    def _write(self, entries: Rows) -> None:
        begin = len(self._pages)
        self._pages.add(entries)
        for i, entry in enumerate(entries, begin):
            id = _key(entry["id"])
            self._entry.pop(id, None)
            if entry["fine"]["blocks"]:
                self._entry[id] = i
        self._table = None

    def _copy(self, entry: Rows, old: Book) -> None:
        moved = np.array([entry], _ENTRY)
        for name, to, of in (
            ("fine", self._fine, old._fine),
            ("coarse", self._coarse, old._coarse),
        ):
            first, blocks = int(entry[name]["first"]), int(entry[name]["blocks"])
            moved[name]["first"] = len(to)
            to.add(of.rows[first : first + blocks])
        self._write(moved)

    def _mend(self) -> None:
        rows = self._pages.rows
        whole = np.ones(len(rows), bool)
        for name, column in (("fine", self._fine), ("coarse", self._coarse)):
            whole &= rows[name]["first"] + rows[name]["blocks"] <= len(column)
        kept = len(rows) if whole.all() else int(np.argmin(whole))
        self._pages.cut(kept)
        for name, column in (("fine", self._fine), ("coarse", self._coarse)):
            part = self._pages.rows[name]
            column.cut(int((part["first"] + part["blocks"]).max(initial=0)))


def _aside(folder: Path) -> Path:
    """Where a smaller copy is made; what is there otherwise is what a crash has left."""
    return folder.with_name(f"{folder.name}.new")


def _part(first: int, made: Quantized) -> tuple[int, int, float, float, float]:
    return first, len(made.blocks), made.scale, made.error, made.longest


def _id(key: bytes) -> str:
    return str(UUID(bytes=_key(key)))


def _key(stored: bytes) -> bytes:
    return stored.ljust(16, b"\0")  # numpy takes zeros at the end for padding
