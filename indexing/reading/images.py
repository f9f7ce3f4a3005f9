"""Picture files (PNG, JPEG, WebP, TIFF with many pages) through Pillow, in the reading process."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from recto.engine.errors import DamagedFile, EmptyFile, LimitExceeded
from recto.indexing.limits import Limits
from recto.indexing.reading.raw import Bookmark, Image, RawPage, picture_size

_DPI = 150.0
"""Taken where a file does not say: a page scanned or photographed for reading."""
_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF")
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    EOFError,
)
"""What Pillow raises on broken files: its parsers check little."""


class ImageSource:
    """An open picture file; each picture in it is a page without a text layer."""

    title = ""

    def __init__(self, path: str, limits: Limits) -> None:
        """Raises DamagedFile, EmptyFile or LimitExceeded."""
        self._limits = limits
        Pillow.MAX_IMAGE_PIXELS = None  # _frame() checks each picture, before decoding it
        with ExitStack() as opened:
            data = opened.enter_context(open(path, "rb"))
            with _told():
                self._file = opened.enter_context(Pillow.open(data, formats=_FORMATS))
                moving = self._file.format in ("PNG", "WEBP")  # an animation's frames are no pages
                self.pages = 1 if moving else int(getattr(self._file, "n_frames", 1))
            self._check()
            self._opened = opened.pop_all()

    def _check(self) -> None:
        if self.pages == 0:
            raise EmptyFile("it has no pages.")
        if self.pages > self._limits.pages:
            raise LimitExceeded(
                f"it has {self.pages} pages, more than {self._limits.pages}; raise Limits.pages."
            )
        if self.pages == 1:
            self._frame(1)

    def outline(self) -> list[Bookmark]:
        return []

    def read(self, number: int) -> RawPage:
        file = self._frame(number)
        width, height = self._shown(file)
        dots = file.info.get("dpi", (0, 0))
        across = float(dots[0]) if 30 <= dots[0] <= 2400 else _DPI
        down = float(dots[1]) if 30 <= dots[1] <= 2400 else across
        if (width, height) != file.size:
            across, down = down, across
        return RawPage(
            width=width * 72 / across,
            height=height * 72 / down,
            words=[],
            sizes=[],
            wants_ocr=bool(np.ptp(self.image(number, 300)) > 48),
        )

    def image(self, number: int, width: int) -> Image:
        file = self._frame(number)
        shown = self._shown(file)
        size = picture_size(*shown, min(width, shown[0]), self._limits.rendered_pixels)
        with _told():
            if shown == file.size:
                file.draft("RGB", (2 * size[0], 2 * size[1]))  # a JPEG is decoded smaller
            else:
                file.draft("RGB", (2 * size[1], 2 * size[0]))
            turned = ImageOps.exif_transpose(_to_rgb(file))
            if turned.size != size:
                turned = turned.resize(size, Pillow.Resampling.BICUBIC, reducing_gap=3.0)
            return np.array(turned, dtype=np.uint8)

    def _frame(self, number: int) -> Pillow.Image:
        with _told():
            if self.pages > 1 or number > 1:
                self._file.seek(number - 1)
            width, height = self._file.size
        if width * height > self._limits.pixels:
            raise LimitExceeded(
                f"the picture declares {width} x {height} pixels, more than "
                f"{self._limits.pixels} in all; raise Limits.pixels."
            )
        return self._file

    def _shown(self, file: Pillow.Image) -> tuple[int, int]:
        with _told():
            across = file.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return (file.size[1], file.size[0]) if across else file.size

    def close(self) -> None:
        self._opened.close()


def _to_rgb(file: Pillow.Image) -> Pillow.Image:
    """8 bits a channel, what is transparent on white."""
    exif = file.getexif()
    if file.mode.startswith("I") or file.mode == "F":
        image = Pillow.fromarray(_to_bytes(file)).convert("RGB")
    elif file.has_transparency_data:
        image = Pillow.new("RGB", file.size, (255, 255, 255))
        above = file.convert("RGBA")
        image.paste(above, mask=above.getchannel("A"))
    else:
        image = file.convert("RGB")
    image.getexif().update(exif)
    return image


def _to_bytes(image: Pillow.Image) -> npt.NDArray[np.uint8]:
    """Of 16 bits the upper 8, where Pillow would cut off at 255; of 32-bit floats the range."""
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image, dtype=np.float32))
        low, high = float(values.min()), float(values.max())
        return ((values - low) * (255 / ((high - low) or 1.0))).astype(np.uint8)
    whole = np.asarray(image, dtype=np.int64)
    return (np.clip(whole, 0, 65535) >> 8).astype(np.uint8)


@contextmanager
def _told() -> Iterator[None]:
    """Whatever Pillow finds wrong is a damaged file; what it only warns of is not our matter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnidentifiedImageError as error:
        raise DamagedFile("it is no picture that Pillow knows, or it is truncated.") from error
    except MemoryError as error:
        raise LimitExceeded("its picture needs more memory; raise Limits.memory.") from error
    except _BROKEN as error:
        raise DamagedFile(f"its picture is truncated or broken: {error}") from error
