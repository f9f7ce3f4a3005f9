"""Words from a page's picture, by RapidOCR in a child process that is started when first needed.

Knows no files: it is given pictures.
"""

from __future__ import annotations

import threading

from recto.engine.errors import DamagedFile, LimitExceeded, WorkerDied
from recto.engine.page import Box, Word
from recto.engine.process import Child
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
        with self._lock:  # the process that one picture kills must not be another's
            try:
                found = self._living().call("words", image, timeout=self._limits.ocr_seconds)
            except (WorkerDied, MemoryError) as error:
                raise DamagedFile(f"its text cannot be recognised: {error}") from error
            except LimitExceeded as error:
                raise LimitExceeded(f"{error} Raise Limits.ocr_seconds.") from error
        return tuple(Word(text, Box(*box), line) for text, box, line in found)

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
