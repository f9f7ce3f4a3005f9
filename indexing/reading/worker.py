"""The child process that opens documents, reads their words and draws them.

It runs under a limit of memory and may be killed at any time; its parent is `reader`.
"""

from __future__ import annotations

import json
import sys

from recto.engine.errors import DamagedFile, LimitExceeded, NotFound
from recto.engine.process import limit_memory, serve
from recto.engine.wire import Value
from recto.indexing.limits import Limits
from recto.indexing.reading.raw import Image, Source


class Worker:
    """Open documents by handle. All methods can be called by the parent."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sources: dict[int, Source] = {}
        self._paths: dict[int, str] = {}
        self._opened = 0

    def open(self, path: str, kind: str) -> Value:
        source = self._source(path, kind)
        self._opened += 1
        self._sources[self._opened] = source
        self._paths[self._opened] = path
        return {
            "handle": self._opened,
            "pages": source.pages,
            "title": source.title,
            "outline": [list(bookmark) for bookmark in source.outline()],
        }

    def _source(self, path: str, kind: str) -> Source:
        if kind == "pdf":
            from recto.indexing.reading.pdf import PdfSource

            return PdfSource(path, self._limits)
        from recto.indexing.reading.images import ImageSource

        return ImageSource(path, self._limits)

    def read(self, handle: int, number: int) -> Value:
        source = self._sources[handle]
        _check(number, source.pages)
        try:
            return source.read(number).to_wire()
        except MemoryError as error:
            raise _too_much(self._limits) from error

    def image(self, handle: int, number: int, width: int) -> Image:
        source = self._sources[handle]
        _check(number, source.pages)
        try:
            return source.image(number, width)
        except MemoryError as error:
            raise _too_much(self._limits) from error

    def seen(self, handle: int, number: int) -> Value:
        source = self._sources[handle]
        _check(number, source.pages)
        try:
            return source.seen(number).to_wire()
        except MemoryError as error:
            raise _too_much(self._limits) from error

    def draw_otherwise(self, handle: int, number: int, width: int) -> Image:
        """By the second renderer; DamagedFile when there is none."""
        from recto.indexing.reading import poppler

        if not poppler.installed():
            raise DamagedFile("there is no second renderer; install recto[poppler] and poppler.")
        return poppler.draw(self._paths[handle], number, width, self._limits)

    def close(self, handle: int) -> None:
        self._sources.pop(handle).close()
        del self._paths[handle]


def _check(number: int, pages: int) -> None:
    if not 1 <= number <= pages:
        raise NotFound(f"there is no page {number}; pages are 1 to {pages}.")


def _too_much(limits: Limits) -> LimitExceeded:
    return LimitExceeded(f"it needs more than {limits.memory} MB; raise Limits.memory.")


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    limit_memory(limits.memory)
    worker = Worker(limits)
    serve(
        {
            "open": worker.open,
            "read": worker.read,
            "image": worker.image,
            "seen": worker.seen,
            "draw_otherwise": worker.draw_otherwise,
            "close": worker.close,
        }
    )


if __name__ == "__main__":
    main()
