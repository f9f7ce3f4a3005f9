"""Fills the small disk that a library is on, and looks at what is left of it.

Runs where nothing else can be hurt; prints what happened.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np

from recto.engine.errors import DiskFull
from recto.engine.store.edge import EdgeStore
from recto.engine.store.opening import open_edge
from recto.engine.store.plan import PageFilter
from tests.engine.store.samples import ENCODER, page, sha

_WIDE = replace(ENCODER, dim=2048)  # few vectors, many numbers: quick to convert


def main() -> None:
    folder, reserve = Path(sys.argv[1]), int(sys.argv[2]) << 20
    ballast = folder / "ballast"  # what other programs keep on the disk
    ballast.write_bytes(bytes(1 << 20 if reserve else 128 << 20))
    with open_edge(folder, _WIDE, create=True, reserve=reserve) as store:
        acknowledged = _fill(store)
    ballast.unlink()
    with open_edge(folder, _WIDE, create=False, reserve=reserve) as store:
        _check(store, acknowledged)
        store.delete_pages(sha("a"))
        _say("deleted")
        store.optimize()
        store.put_pages([page("a", 1, _vectors(1))])
        _check_page(store, 1)
        _say("written")
        _use_up(ballast)
    _say("closed")
    ballast.unlink()
    with open_edge(folder, _WIDE, create=False, reserve=reserve) as store:
        _check_page(store, 1)
        _say("still there")


def _use_up(ballast: Path) -> None:
    """Leave no room on the disk at all, as another program may."""
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(1 << 20)):
            pass


def _fill(store: EdgeStore) -> int:
    """Write until there is no room; the number of the last page that was acknowledged."""
    for n in count(1):
        try:
            store.put_pages([page("a", n, _vectors(n))])
        except DiskFull:
            _say("DiskFull")
            return n - 1
    raise AssertionError


def _check(store: EdgeStore, acknowledged: int) -> None:
    assert store.count(PageFilter()) in (acknowledged, acknowledged + 1)
    for n in range(1, acknowledged + 1):
        _check_page(store, n)
    _say("reopened: all there")


def _check_page(store: EdgeStore, n: int) -> None:
    [stored] = store.scroll(PageFilter(first=n, last=n), with_vectors=True)
    assert stored.vectors is not None
    assert stored.vectors.patches is not None
    assert np.array_equal(stored.vectors.patches.vectors, _vectors(n))


def _vectors(n: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.full((256, 2048), n, dtype=np.float32)


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
