"""How much of a machine one document may take. Knows nothing of formats."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a document may cost before it, or one of its pages, becomes a `LimitExceeded`.

    >>> Limits(pages=50).pages
    50
    """

    bytes: int = 2 << 30
    """Size of a file, and of what an office file is converted to: 2 GiB."""
    pages: int = 20_000
    """Pages of a document. They are read one at a time, so that more cost time, not memory."""
    pixels: int = 100_000_000
    """Width times height of a picture file, as its header declares it: read before decoding."""
    rendered_pixels: int = 25_000_000
    """Width times height of a page's picture; one that would be larger is made less wide."""
    characters: int = 500_000
    """Characters of one page."""
    memory: int = 1_024
    """Megabytes of address space of the process that reads (on systems that can limit it)."""
    open_seconds: float = 60.0
    """To open a file and count its pages."""
    page_seconds: float = 30.0
    """To read the words of one page, or to draw it."""
    ocr_memory: int = 3_072
    """Megabytes of address space of the process that does OCR; it uses 700 of memory."""
    ocr_seconds: float = 120.0
    """To recognise the words of one page's picture."""
    convert_seconds: float = 180.0
    """To convert an office file to PDF."""
    convert_memory: int = 4_096
    """Megabytes of address space of each process that converts an office file."""
    media_bytes: int = 64 << 30
    """Size of a file of sound or film: 64 GiB."""
    media_hours: float = 24.0
    """How long sound or film may last."""
    media_memory: int = 2_048
    """Megabytes of address space of the process that decodes sound and film."""
    media_open_seconds: float = 900.0
    """To go once through a file of sound or film, which tells its length and its frames."""
    media_seconds: float = 120.0
    """To decode one piece of it, of some seconds."""
    document_seconds: float = 6 * 3600.0
    """For all pages of a document together."""
    crashes: int = 5
    """How many pages of a document may kill or hang the process that reads before the rest is
    given up."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise ValueError(f"Limits.{field.name} is {value}; give a number above 0.")
