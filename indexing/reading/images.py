"""Picture files (PNG, JPEG, WebP, TIFF with many pages) through Pillow, in the reading process."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from recto.engine.errors import DamagedFile, EmptyFile, LimitExceeded
from recto.indexing.limits import Limits
from recto.indexing.reading.raw import Bookmark, Image, Looked, RawPage, picture_size

_DPI = 150.0
"""Taken where a file does not say: a page scanned or photographed for reading."""
_TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
"""What undoes each orientation that EXIF knows."""
_ACROSS = (5, 6, 7, 8)
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
            self._data = opened.enter_context(open(path, "rb"))
            with _told():
                self._file = opened.enter_context(Pillow.open(self._data, formats=_FORMATS))
                self._pages = self._file.format == "TIFF"  # an animation's frames are none
                self.pages = int(getattr(self._file, "n_frames", 1)) if self._pages else 1
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
        width, height = file.size
        dots = file.info.get("dpi", (0, 0))
        across = float(dots[0]) if 30 <= dots[0] <= 2400 else _DPI
        down = float(dots[1]) if 30 <= dots[1] <= 2400 else across
        size = (width * 72 / across, height * 72 / down)
        shown = size[::-1] if self._orientation(file) in _ACROSS else size
        return RawPage(
            width=shown[0],
            height=shown[1],
            words=[],
            sizes=[],
            wants_ocr=bool(np.ptp(self.image(number, 300)) > 48),
        )

    def image(self, number: int, width: int) -> Image:
        file = self._frame(number)
        orientation = self._orientation(file)
        across = orientation in _ACROSS
        shown = file.size[::-1] if across else file.size
        size = picture_size(*shown, min(width, shown[0]), self._limits.rendered_pixels)
        with _told():
            image = _reduced(file, size[::-1] if across else size)
            turn = _TURNS.get(orientation)
            return np.array(image if turn is None else image.transpose(turn), dtype=np.uint8)

    def seen(self, number: int) -> Looked:
        return Looked([], [], [], scan=True)

    def _frame(self, number: int) -> Pillow.Image:
        """Not yet decoded."""
        with _told():
            if self._pages:
                self._file.seek(number - 1)
            else:  # a picture that was decoded smaller stays so
                self._data.seek(0)
                self._file = Pillow.open(self._data, formats=_FORMATS)
            width, height = self._file.size
        if width * height > self._limits.pixels:
            raise LimitExceeded(
                f"the picture declares {width} x {height} pixels, more than "
                f"{self._limits.pixels} in all; raise Limits.pixels."
            )
        return self._file

    def _orientation(self, file: Pillow.Image) -> int:
        with _told():
            return int(file.getexif().get(0x0112, 1))

    def close(self) -> None:
        self._opened.close()


def pixels_of(image: Pillow.Image, width: int, limits: Limits) -> Image:
    """Of a picture that a program has opened, what `ImageSource.image` gives of a file.

    Raises DamagedFile when it cannot be decoded.
    """
    size = picture_size(*image.size, min(width, image.width), limits.rendered_pixels)
    with _told():
        return np.array(_rgb_of_size(image, size), dtype=np.uint8)


def _reduced(file: Pillow.Image, size: tuple[int, int]) -> Pillow.Image:
    file.draft("RGB", (2 * size[0], 2 * size[1]))  # a JPEG is decoded smaller
    return _rgb_of_size(file, size)


def _rgb_of_size(image: Pillow.Image, size: tuple[int, int]) -> Pillow.Image:
    """What is transparent on white."""
    if image.mode in ("L", "RGB", "RGBA", "CMYK", "YCbCr"):  # first smaller: it may be large
        return _to_rgb(_resized(image, size))
    return _resized(_to_rgb(image), size)


def _resized(image: Pillow.Image, size: tuple[int, int]) -> Pillow.Image:
    if image.size == size:
        return image
    return image.resize(size, Pillow.Resampling.BICUBIC, reducing_gap=3.0)


def _to_rgb(image: Pillow.Image) -> Pillow.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return Pillow.fromarray(_to_bytes(image)).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    above = image.convert("RGBA")
    white = Pillow.new("RGB", image.size, (255, 255, 255))
    white.paste(above, mask=above.getchannel("A"))
    return white


def _to_bytes(image: Pillow.Image) -> npt.NDArray[np.uint8]:
    """Of 16 bits the upper 8, where Pillow would cut off at 255; of 32-bit floats the range."""
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image, dtype=np.float32))
        low, high = float(values.min()), float(values.max())
        return ((values - low) * (255 / ((high - low) or 1.0))).astype(np.uint8)
    whole = np.asarray(image)
    if whole.dtype.itemsize > 2:
        whole = np.clip(whole, 0, 65535)
    return np.asarray(whole >> 8, dtype=np.uint8)


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
