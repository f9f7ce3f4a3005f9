"""Writes page pictures to files. Knows how files are to be called, not how pictures are made."""

from __future__ import annotations

import errno
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from recto.engine.errors import DiskFull, InputError

from .console import plain

if TYPE_CHECKING:
    from PIL.Image import Image

    from recto.results import Document

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_LONGEST = 100
"""Bytes of a name; file systems end at 255, and a page number and a suffix follow."""
_LONGEST_SLUG = 60


def slug(text: str) -> str:
    """A question as a folder's name: lower-case words with hyphens between them."""
    words = "-".join(re.findall(r"\w+", plain(text).lower()))
    return _cut(words, _LONGEST_SLUG).rstrip("-_") or "question"


def file_name(document: Document, place: int | str, *, twin: bool = False) -> str:
    """`<document>-p<page>.png`, without what file systems and shells do not like; in place of the
    page what `moment` gives.

    With `twin`, the beginning of the id comes in: another document has the same name.
    """
    stem = re.sub(r"[^\w.()+-]+", "-", plain(Path(document.name).stem)).strip("-.")
    stem = _cut(stem, _LONGEST) or document.id[:12]
    part = f"p{place}" if isinstance(place, int) else place
    return f"{stem}-{document.id[:8]}-{part}.png" if twin else f"{stem}-{part}.png"


def moment(seconds: float) -> str:
    """
    >>> moment(72.4), moment(3605)
    ('1m12s', '1h00m05s')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m{rest:02}s" if hours else f"{minutes}m{rest:02}s"


def is_moment(text: str) -> bool:
    """Whether `moment` writes such a thing.

    >>> is_moment("1m12s"), is_moment("p3")
    (True, False)
    """
    return re.fullmatch(r"(\d+h)?\d+m\d\ds", text) is not None


def _cut(text: str, length: int) -> str:
    return text.encode("utf-8")[:length].decode("utf-8", "ignore")


def save(image: Image, path: Path) -> None:
    """Write a picture, making the folder. Raises InputError, DiskFull."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(image, FORMATS[path.suffix.lower()]))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"No room on disk to write {path}. Free some space.") from error
        raise InputError(
            f"{path} cannot be written: {error.strerror}. Choose another place for pictures."
        ) from error


def encoded(image: Image, kind: str) -> bytes:
    """A picture as the bytes of a file of this kind (a value of `FORMATS`)."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, kind)
    return buffer.getvalue()
