"""Pictures against torchvision's transforms, by which the model is published."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from recto.engine.crossmodal.imagebind.pictures import picture_input
from recto.engine.crossmodal.protocol import Picture
from recto.engine.errors import InputError
from recto.engine.vectors import FloatArray

_MEAN, _STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def _noise(height: int, width: int) -> Picture:
    return np.random.default_rng(height * width).integers(0, 256, (height, width, 3), np.uint8)


def _torchvision(image: Picture) -> FloatArray:
    pytest.importorskip("torchvision")
    from torchvision import transforms

    bicubic = transforms.InterpolationMode.BICUBIC
    steps = transforms.Compose(
        [
            transforms.Resize(224, interpolation=bicubic),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize(_MEAN, _STD),
        ]
    )
    return np.asarray(steps(Pillow.fromarray(image)).numpy(), np.float32)


@pytest.mark.parametrize(
    "size", [(224, 224), (480, 640), (641, 479), (100, 101), (300, 225), (1, 1), (227, 224)]
)
def test_picture_equals_torchvision(size: tuple[int, int]) -> None:
    image = _noise(*size)
    np.testing.assert_allclose(picture_input(image), _torchvision(image), atol=1e-6)


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1)])
def test_line_stays_small(size: tuple[int, int]) -> None:
    """Its other side would be four million pixels long; only the middle of it is seen."""
    image = np.full((*size, 3), 128, np.uint8)
    expected = (128 / 255 - np.array(_MEAN)) / np.array(_STD)
    np.testing.assert_allclose(picture_input(image).mean(axis=(1, 2)), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [((4, 4), np.uint8), ((4, 4, 4), np.uint8), ((0, 4, 3), np.uint8), ((4, 4, 3), np.float32)],
)
def test_no_picture(shape: tuple[int, ...], kind: type[np.generic]) -> None:
    with pytest.raises(InputError, match="expected \\(height, width, 3\\)"):
        picture_input(np.zeros(shape, kind))
