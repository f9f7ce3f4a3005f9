"""Picture files of all modes, of many pages, and broken ones."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from recto.engine.errors import DamagedFile, LimitExceeded
from recto.indexing.limits import Limits
from recto.indexing.reading.images import ImageSource


class Open(Protocol):
    """Writes a picture file and opens it."""

    def __call__(self, data: bytes, limits: Limits = ...) -> ImageSource: ...


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    sources: list[ImageSource] = []

    def opened(data: bytes, limits: Limits | None = None) -> ImageSource:
        path = tmp_path / "picture"
        path.write_bytes(data)
        sources.append(ImageSource(str(path), limits or Limits()))
        return sources[-1]

    yield opened
    for source in sources:
        source.close()


def _saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _quarter() -> Image.Image:
    """40 by 20, white, with a red left upper quarter."""
    image = Image.new("RGB", (40, 20), "white")
    image.paste((255, 0, 0), (0, 0, 20, 10))
    return image


def _near(pixel: npt.NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() <= 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_picture_is_shown(opened: Open, kind: str) -> None:
    options = {"quality": 100, "lossless": True, "subsampling": 0} if kind != "TIFF" else {}
    source = opened(_saved(_quarter(), kind, **options))
    image = source.image(1, 1000)
    assert (source.pages, image.shape) == (1, (20, 40, 3))
    assert _near(image[3, 3], (255, 0, 0))
    assert _near(image[15, 30], (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "LA", "RGBA", "I;16", "I", "F"])
def test_modes(opened: Open, mode: str) -> None:
    ramp = Image.linear_gradient("L").resize((64, 64))
    if mode in ("I;16", "I"):
        ramp16 = np.asarray(ramp, dtype=np.uint16) * 257
        image = Image.fromarray(ramp16 if mode == "I;16" else ramp16.astype(np.int32))
    else:
        image = ramp.convert("RGB" if mode == "YCbCr" else "L").convert(mode)
    shown = opened(_saved(image, "TIFF")).image(1, 64)
    assert shown.shape == (64, 64, 3)
    assert shown[:8].mean() < 40
    assert shown[-8:].mean() > 215


def test_transparent_is_white(opened: Open) -> None:
    image = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert opened(_saved(image)).image(1, 10).min() == 255
    image = image.convert("P")
    data = _saved(image, transparency=image.getpixel((0, 0)))
    assert opened(data).image(1, 10).min() == 255


# Where the quarter that was drawn left above is shown, by the orientation that the file declares.
CORNERS = {1: "lt", 2: "rt", 3: "rb", 4: "lb", 5: "lt", 6: "rt", 7: "rb", 8: "lb"}


@pytest.mark.parametrize(("orientation", "corner"), CORNERS.items())
def test_orientation(opened: Open, orientation: int, corner: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = _saved(_quarter(), "JPEG", exif=exif, quality=100, subsampling=0)
    source = opened(data)
    image = source.image(1, 40 if orientation < 5 else 20)
    assert image.shape == ((20, 40, 3) if orientation < 5 else (40, 20, 3))
    y, x = (2 if corner[1] == "t" else -3), (2 if corner[0] == "l" else -3)
    assert _near(image[y, x], (255, 0, 0))
    page = source.read(1)
    assert (page.width > page.height) == (orientation < 5)


def test_size_follows_the_resolution(opened: Open) -> None:
    page = opened(_saved(Image.new("L", (400, 200)), dpi=(200, 200))).read(1)
    assert page.width == pytest.approx(144, rel=1e-3)
    assert page.height == pytest.approx(72, rel=1e-3)


def test_tiff_of_many_pages(opened: Open) -> None:
    frames = [Image.new("L", (30 + n, 20), 50 * n) for n in range(4)]
    data = _saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    source = opened(data)
    assert source.pages == 4
    for number in (3, 1, 4, 2):
        image = source.image(number, 1000)
        assert image.shape == (20, 29 + number, 3)
        assert _near(image[0, 0], (50 * (number - 1),) * 3)


def test_more_pages_than_allowed(opened: Open) -> None:
    frames = [Image.new("L", (4, 4))] * 3
    data = _saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    with pytest.raises(LimitExceeded, match=r"3 pages.*Limits\.pages"):
        opened(data, Limits(pages=2))


def test_reduced_picture_keeps_its_content(opened: Open) -> None:
    large = _quarter().resize((4000, 2000), Image.Resampling.NEAREST)
    image = opened(_saved(large, "JPEG")).image(1, 40)
    assert image.shape == (20, 40, 3)
    assert _near(image[3, 3], (254, 0, 0))


def test_picture_is_not_spoilt_by_a_smaller_one(opened: Open) -> None:
    source = opened(_saved(_quarter().resize((4000, 2000)), "JPEG"))
    assert source.image(1, 40).shape == (20, 40, 3)
    assert source.image(1, 3000).shape == (1500, 3000, 3)


def test_blank_picture_wants_no_ocr(opened: Open) -> None:
    assert not opened(_saved(Image.new("L", (50, 50), 250))).read(1).wants_ocr
    assert opened(_saved(_quarter())).read(1).wants_ocr


def _png_bomb(width: int, height: int) -> bytes:
    """Declares many pixels and holds a few rows of them."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 + 3 * width) * 4)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def test_png_bomb_is_refused_before_decoding(opened: Open) -> None:
    with pytest.raises(LimitExceeded, match=r"60000 x 60000 pixels.*Limits\.pixels"):
        opened(_png_bomb(60_000, 60_000))


def test_bomb_in_a_later_page(opened: Open) -> None:
    frames = [Image.new("1", (10, 10)), Image.new("1", (4000, 4000))]
    data = _saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    source = opened(data, Limits(pixels=1_000_000))
    assert source.image(1, 10).shape == (10, 10, 3)
    with pytest.raises(LimitExceeded, match="4000 x 4000"):
        source.image(2, 10)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("kept", [0.1, 0.6])
def test_truncated_picture(opened: Open, kind: str, kept: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = _saved(Image.fromarray(noise), kind)
    with pytest.raises(DamagedFile, match="truncated"):
        opened(data[: int(len(data) * kept)]).image(1, 64)
