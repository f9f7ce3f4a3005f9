"""Pictures of pages, kept as files within a bound on disk use; the longest unused go first.

Knows neither documents nor how a page is drawn: a caller passes the function that draws. Several
processes may share a folder.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""(height, width, 3) RGB."""

_QUALITY = 92
_STALE = 3600.0
"""Seconds after which a file that is still being written belongs to a process that died."""


class Pictures:
    """A cache of page images. It may be emptied at any time; what is missing is drawn again.

    >>> pictures = Pictures(folder, limit=1 << 30)  # doctest: +SKIP
    >>> pictures.image(document_id, 7, 1200, lambda: document.image(7, 1200))  # doctest: +SKIP
    """

    def __init__(self, folder: Path, *, limit: int = 1 << 30) -> None:
        """`limit`: bytes on disk. While several processes write, each may exceed it by 1/16."""
        self._folder = folder
        self._limit = limit
        self._unswept = limit  # so that the first write looks at what is there

    def image(self, document_id: str, number: int, width: int, draw: Callable[[], Image]) -> Image:
        """The picture of a page asked for at `width` pixels, drawn if it is not there."""
        from PIL import Image as Pillow

        while True:
            data, fresh = self._get(document_id, number, width, draw)
            try:
                with Pillow.open(io.BytesIO(data), formats=["JPEG"]) as picture:
                    return np.array(picture.convert("RGB"), dtype=np.uint8)
            except (OSError, SyntaxError):
                if fresh:
                    raise
                self._path(document_id, number, width).unlink(missing_ok=True)  # damaged on disk

    def remove(self, document_id: str) -> None:
        """Drop all pictures of a document."""
        shutil.rmtree(self._folder / document_id, ignore_errors=True)

    def _get(
        self, document_id: str, number: int, width: int, draw: Callable[[], Image]
    ) -> tuple[bytes, bool]:
        """The file's bytes, and whether they were made just now."""
        path = self._path(document_id, number, width)
        try:
            data = path.read_bytes()
            os.utime(path)  # the time of last use: file systems seldom keep that of reading
        except OSError:
            data = b""
        if data.endswith(b"\xff\xd9"):  # a whole JPEG
            return data, False
        data = _encode(draw())
        self._keep(path, data)
        return data, True

    def _path(self, document_id: str, number: int, width: int) -> Path:
        return self._folder / document_id / f"{number}-{width}.jpg"

    def _keep(self, path: Path, data: bytes) -> None:
        # A full disk, or a folder that another process has just removed, is no reason not to show
        # the picture.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(suffix=".part", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.replace(part, path)  # nobody sees half a file
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
            self._unswept += len(data)
            if self._unswept > self._limit / 16:
                self._sweep()
                self._unswept = 0

    def _sweep(self) -> None:
        """Remove the longest unused until 15/16 of the limit are left."""
        files = sorted(self._files())
        total = sum(size for _, size, _ in files)
        for used, size, path in files:
            stale = path.suffix == ".part" and used < time.time() - _STALE
            if stale or (total > self._limit * 15 / 16 and path.suffix != ".part"):
                path.unlink(missing_ok=True)
                total -= size

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """Time of last use, size and path of each."""
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(OSError):  # removed by another process
                status = path.stat()
                yield status.st_mtime, status.st_size, path


def _encode(image: Image) -> bytes:
    from PIL import Image as Pillow

    buffer = io.BytesIO()
    # Without subsampling: it blurs coloured text.
    Pillow.fromarray(image).save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
    return buffer.getvalue()
