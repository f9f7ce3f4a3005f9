"""A second renderer for PDF pages on which PDFium fails: poppler, if installed with pdf2image."""

from __future__ import annotations

import importlib.util
import shutil

import numpy as np

from recto.engine.errors import DamagedFile, LimitExceeded
from recto.indexing.limits import Limits
from recto.indexing.reading.raw import Image


def installed() -> bool:
    """Whether both the program and `recto[poppler]` are there."""
    return bool(shutil.which("pdftoppm") and importlib.util.find_spec("pdf2image"))


def draw(path: str, number: int, width: int, limits: Limits) -> Image:
    """The page, `width` pixels wide. Runs within the memory limit of the process that calls."""
    import pdf2image  # type: ignore[import-not-found, unused-ignore]
    from pdf2image import exceptions  # type: ignore[import-not-found, unused-ignore]

    try:
        pages = pdf2image.convert_from_path(
            path,
            first_page=number,
            last_page=number,
            size=(width, None),
            timeout=max(1, int(limits.page_seconds)),
        )
    except exceptions.PDFPopplerTimeoutError as error:
        raise LimitExceeded(
            f"poppler took longer than {limits.page_seconds:g} s; raise Limits.page_seconds."
        ) from error
    except (exceptions.PDFPageCountError, exceptions.PDFSyntaxError, OSError, ValueError) as error:
        raise DamagedFile(f"neither PDFium nor poppler can read the page: {error}") from error
    if not pages:
        raise DamagedFile("neither PDFium nor poppler can read the page.")
    return np.array(pages[0].convert("RGB"), dtype=np.uint8)
