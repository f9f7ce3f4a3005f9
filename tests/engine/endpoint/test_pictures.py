from __future__ import annotations

from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from recto.engine.endpoint.messages import ImagePart
from recto.engine.endpoint.pictures import image_part, size_of
from recto.engine.endpoint.profile import EndpointProfile, ImageFormat
from recto.engine.errors import EndpointSettingError

LINES = np.full((300, 200, 3), 255, np.uint8)
LINES[::10] = 0
NOISE = np.random.default_rng(3).integers(0, 256, (300, 200, 3), np.uint8)


def opened(part: ImagePart) -> npt.NDArray[np.uint8]:
    with Image.open(BytesIO(part.data)) as image:
        return np.asarray(image.convert("RGB"))


def test_line_art_is_kept_exactly() -> None:
    part = image_part(LINES, label="[S1]", profile=EndpointProfile())
    assert (part.media_type, part.label) == ("image/png", "[S1]")
    assert (opened(part) == LINES).all()


def test_photographs_become_jpeg() -> None:
    part = image_part(NOISE, profile=EndpointProfile())
    assert part.media_type == "image/jpeg"
    assert len(part.data) < NOISE.nbytes / 2


@pytest.mark.parametrize(("kind", "media"), [("png", "image/png"), ("jpeg", "image/jpeg")])
@pytest.mark.parametrize("pixels", [LINES, NOISE])
def test_an_endpoint_gets_the_kind_of_file_that_it_takes(
    kind: ImageFormat, media: str, pixels: npt.NDArray[np.uint8]
) -> None:
    part = image_part(pixels, profile=EndpointProfile(image_format=kind))
    assert part.media_type == media


@pytest.mark.parametrize("most", [60_000, 59_999, 10_000, 500, 1])
def test_pictures_are_scaled_to_the_pixels_that_are_taken(most: int) -> None:
    width, height = size_of(image_part(LINES, profile=EndpointProfile(max_image_pixels=most)))
    assert 0 < width * height <= most
    if most >= 500:
        assert width / height == pytest.approx(200 / 300, abs=0.05)
        assert width * height > most * 0.8


@pytest.mark.parametrize("most", [20_000, 5_000, 1_000])
def test_pictures_are_scaled_to_the_bytes_that_are_taken(most: int) -> None:
    assert len(image_part(NOISE, profile=EndpointProfile(max_image_bytes=most)).data) <= most


def test_a_limit_that_no_picture_keeps_is_an_error() -> None:
    with pytest.raises(EndpointSettingError, match="too little"):
        image_part(NOISE, profile=EndpointProfile(max_image_bytes=10))


def test_the_same_pixels_are_the_same_bytes() -> None:
    first, second = (image_part(NOISE, profile=EndpointProfile()) for _ in range(2))
    assert first == second


def test_what_is_no_picture_has_no_type() -> None:
    with pytest.raises(ValueError, match="PNG or JPEG"):
        _ = ImagePart(b"GIF89a").media_type
