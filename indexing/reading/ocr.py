"""Words from a page's picture, by RapidOCR in a child process that is started when first needed.

Knows no files: it is given pictures.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from recto.engine.errors import DamagedFile, LimitExceeded, WorkerDied
from recto.engine.page import Box, Word
from recto.engine.process import Child
from recto.engine.wire import Value
from recto.indexing.limits import Limits
from recto.indexing.reading.raw import Image


class Ocr:
    """The parent's side."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: Child | None = None
        self._lock = threading.Lock()

    def words(self, image: Image) -> tuple[Word, ...]:
        """The words of a picture in reading order; LimitExceeded or DamagedFile if it cannot be."""
        return tuple(Word(text, Box(*box), line) for text, box, line in self._call("words", image))

    def lines(self, image: Image, boxes: Sequence[Box]) -> list[str]:
        """What a person reads in each of these places of a picture, which hold a line each; empty
        where that is nothing. Raises the same."""
        places = np.array(boxes, dtype=np.float32).reshape(-1, 4)
        read: list[str] = self._call("lines", image, places)
        return read

    def _call(self, method: str, *arguments: Value) -> Value:
        with self._lock:  # the process that one picture kills must not be another's
            try:
                return self._living().call(method, *arguments, timeout=self._limits.ocr_seconds)
            except (WorkerDied, MemoryError) as error:
                raise DamagedFile(f"its text cannot be recognised: {error}") from error
            except LimitExceeded as error:
                raise LimitExceeded(f"{error} Raise Limits.ocr_seconds.") from error

    def _living(self) -> Child:
        if self._child is None or not self._child.alive:
            self.close()
            self._child = Child(
                "recto.indexing.reading.ocr_worker",
                str(self._limits.ocr_memory),
                name="the process that does OCR",
            )
        return self._child

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.close(grace=1.0)
            self._child = None
