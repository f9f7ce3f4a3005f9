"""The published weights give the published figures, where they are at hand.

RECTO_IMAGEBIND_WEIGHTS is the path of imagebind_huge.pth, whose licence whoever sets it has read;
RECTO_IMAGEBIND_ASSETS the folder of the project's own dog, car and bird pictures and sounds.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image as Pillow

from recto.engine.crossmodal.arithmetic import classify
from tests.engine.crossmodal.imagebind.conftest import ACCEPTED

if TYPE_CHECKING:
    from recto.engine.crossmodal.imagebind.encoder import ImageBindEncoder
    from recto.engine.vectors import FloatArray

_WEIGHTS = os.environ.get("RECTO_IMAGEBIND_WEIGHTS")
_ASSETS = Path(os.environ.get("RECTO_IMAGEBIND_ASSETS", ".assets"))
_THINGS = ("dog", "car", "bird")

pytestmark = pytest.mark.skipif(
    _WEIGHTS is None or not _ASSETS.is_dir(),
    reason="needs RECTO_IMAGEBIND_WEIGHTS and RECTO_IMAGEBIND_ASSETS",
)


@pytest.fixture(scope="module")
def huge() -> ImageBindEncoder:
    pytest.importorskip("torch")
    from recto.engine.crossmodal.imagebind.encoder import open_encoder

    assert _WEIGHTS is not None
    return open_encoder(_WEIGHTS, settings=ACCEPTED)


@pytest.fixture(scope="module")
def pictures(huge: ImageBindEncoder) -> FloatArray:
    files = (_ASSETS / f"{thing}_image.jpg" for thing in _THINGS)
    return huge.encode_image([np.array(Pillow.open(file).convert("RGB")) for file in files])


@pytest.fixture(scope="module")
def sounds(huge: ImageBindEncoder) -> FloatArray:
    from recto.indexing.media.reader import MediaReader
    from recto.indexing.media.segments import Span

    heard = []
    with MediaReader() as reader:
        for thing in _THINGS:
            with reader.open(_ASSETS / f"{thing}_audio.wav") as media:
                heard.append(media.listen(Span(0, media.seconds), mono=False))
    return huge.encode_audio(heard)


def test_pictures_by_text(huge: ImageBindEncoder, pictures: FloatArray) -> None:
    texts = huge.encode_text(["A dog.", "A car", "A bird"], target="image")
    found = classify(pictures, texts, scale=100)
    np.testing.assert_allclose(found.diagonal(), [0.9976, 0.9999, 0.9865], atol=2e-3)


def test_sounds_by_text(huge: ImageBindEncoder, sounds: FloatArray) -> None:
    texts = huge.encode_text(["A dog.", "A car", "A bird"], target="audio")
    np.testing.assert_allclose(classify(sounds, texts, scale=2000), np.eye(3), atol=1e-3)


def test_pictures_by_sound(pictures: FloatArray, sounds: FloatArray) -> None:
    found = classify(pictures, sounds, scale=20)
    wanted = [[0.8070, 0.1088, 0.0842], [0.1036, 0.7884, 0.1079], [0.0018, 0.0022, 0.9960]]
    np.testing.assert_allclose(found, wanted, atol=1e-2)
