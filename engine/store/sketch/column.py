"""A file of rows of one shape, to which rows are added at the end. Knows not what they mean."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[Any]


class Column:
    """Reads by mapping the file, so that its rows cost no memory of the process."""

    def __init__(self, path: Path, dtype: npt.DTypeLike, shape: tuple[int, ...] = ()) -> None:
        """Open or make it. A row that was written in part is none."""
        self._dtype = np.dtype(dtype)
        self._shape = shape
        self._row = self._dtype.itemsize * math.prod(shape)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._path = path
        self._count = os.fstat(self._file).st_size // self._row
        self._mapped: Rows | None = None

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> Rows:
        """All of them; not to be kept across a `cut`."""
        if self._mapped is None:
            shape = (self._count, *self._shape)
            empty = np.empty(shape, self._dtype)
            mapped = np.memmap(self._path, self._dtype, "r", shape=shape) if self._count else empty
            self._mapped = mapped.view(np.ndarray)
        return self._mapped

    def add(self, rows: Rows) -> None:
        """All or none of them count."""
        data = np.ascontiguousarray(rows, self._dtype).tobytes()
        view, at = memoryview(data), self._count * self._row
        while view:  # a full disk takes a part of it and then nothing
            written = os.pwrite(self._file, view, at)
            view, at = view[written:], at + written
        self._count += len(rows)
        self._mapped = None

    def cut(self, count: int) -> None:
        """Keep the first rows only."""
        self._mapped = None
        os.ftruncate(self._file, count * self._row)
        self._count = count

    def flush(self) -> None:
        os.fsync(self._file)

    def close(self) -> None:
        self._mapped = None
        os.close(self._file)
