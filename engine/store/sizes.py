"""How large points are, and batches of them that fit into a call. Knows no store."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from recto.engine.store.compiling import ATTRIBUTES
from recto.engine.store.schema import SPARSE, Point, dense_names

BATCH_POINTS = 256
BATCH_BYTES = 8 << 20


def batches(
    points: Iterable[Point], *, size: Callable[[Point], int] | None = None
) -> Iterator[tuple[list[Point], int]]:
    """Points in batches of bounded size, and the bytes of each by `size`, else `size_of`."""
    measure = size or size_of
    batch: list[Point] = []
    total = 0
    for point in points:
        bytes = measure(point)
        if batch and (total + bytes > BATCH_BYTES or len(batch) == BATCH_POINTS):
            yield batch, total
            batch, total = [], 0
        batch.append(point)
        total += bytes
    if batch:
        yield batch, total


def size_of(point: Point) -> int:
    """About as many bytes as the point takes on the disk."""
    dense: int = sum(point[name].nbytes for name in dense_names(point))
    sparse = 8 * len(point[SPARSE][0]) if SPARSE in point else 0
    payload = point["payload"]
    text = sum(len(value) for value in payload.values() if isinstance(value, str))
    text += len(str(payload.get(ATTRIBUTES, "")))
    return dense + sparse + 2 * text + 1024


def disk_usage(folder: Path) -> int:
    """Bytes that the files under `folder` take on the disk; files come and go meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                status = os.stat(os.path.join(parent, name))
                total += status.st_blocks * 512
    return total
