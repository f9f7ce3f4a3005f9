"""What `recto plan` expects of collections like one that was measured: of its size, which checks
the arithmetic, and of larger ones, which this machine may be too small to hold."""

from __future__ import annotations

import os
from typing import Any

from recto.benchmarks.search.pageset import PageSet
from recto.engine.planning import Workload, choices, read_coefficients

LARGER = (20_000, 100_000, 1_000_000)
"""Pages."""
_SEARCH = "0.95"
"""The recall that is aimed at, which is also that of the way that others are compared with."""


def expected(pages: PageSet) -> list[dict[str, Any]]:
    """For the number of pages of the set, and for each larger one: milliseconds of a search, and
    bytes of disk and memory."""
    vectors = max(1, round(len(pages.flat) / len(pages)))
    asked = max(1, round(sum(map(len, pages.questions)) / len(pages.questions)))
    sizes = [len(pages), *(size for size in LARGER if size > len(pages))]
    return [_of(size, vectors, pages.dim, asked) for size in sizes]


def _of(size: int, vectors: int, dim: int, asked: int) -> dict[str, Any]:
    work = Workload(pages=size, vectors=vectors, dim=dim, question=asked, pools=False)
    made = choices(work, read_coefficients(), cores=os.cpu_count() or 1)
    (one,) = (
        choice
        for choice in made
        if (choice.place, choice.datatype, choice.search) == ("folder", "float16", _SEARCH)
    )
    return {
        "pages": size,
        "ms": one.milliseconds,
        "disk_bytes": one.disk,
        "memory_bytes": one.memory,
    }
