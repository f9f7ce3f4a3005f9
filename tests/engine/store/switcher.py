"""A process that puts other vectors in the place of a library's, and is killed on the way.

Arguments: the folder; an audit event of Python, and the path at which it dies.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from recto.engine.store.opening import open_edge
from tests.engine.store.samples import ENCODER, document, page

OTHER = replace(ENCODER, name="other", dim=3)


def make_old(folder: Path) -> None:
    """A library of one document and one page."""
    with open_edge(folder, ENCODER, create=True) as store:
        store.put_pages([page("a", 1, [[1, 1]])])
        store.put_documents([document("a")])


def change(folder: Path) -> None:
    """To vectors of three dimensions, and two pages."""
    with open_edge(folder, ENCODER, create=False) as store, store.beside(OTHER) as other:
        other.put_pages([page("a", n, [[1, 1, n]]) for n in (1, 2)])
        other.put_documents([document("a")])
        store.become(other)


def die_before(event: str, path: str) -> None:
    """Kill this process when it is about to make or remove this path."""
    position = 1 if event == "os.rename" else 0  # after what is renamed comes what it becomes

    def watch(raised: str, arguments: tuple[object, ...]) -> None:
        if raised == event and str(arguments[position]) == path:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


if __name__ == "__main__":
    make_old(Path(sys.argv[1]))
    die_before(sys.argv[2], sys.argv[3])
    change(Path(sys.argv[1]))
