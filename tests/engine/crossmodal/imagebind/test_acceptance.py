"""The published weights give the published figures, where they are at hand.

RECTO_IMAGEBIND_WEIGHTS is the path of imagebind_huge.pth, or of the folder it was converted to; who
sets it has read its licence. RECTO_IMAGEBIND_ASSETS is the folder of the project's own
pictures and sounds, dog_image.jpg and dog_audio.wav, and the same of a car and a bird; `.assets`
unless said otherwise. With weights and without these files the tests fail, so that nobody takes
for accepted what was not tried.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image as Pillow

if TYPE_CHECKING:
    from recto.engine.crossmodal.imagebind.towers import Towers
    from recto.engine.crossmodal.protocol import Sound
    from recto.engine.vectors import FloatArray
    from recto.indexing.media.reader import MediaReader

_WEIGHTS = os.environ.get("RECTO_IMAGEBIND_WEIGHTS")
_ASSETS = Path(os.environ.get("RECTO_IMAGEBIND_ASSETS", ".assets"))
_THINGS = ("dog", "car", "bird")

pytestmark = pytest.mark.skipif(_WEIGHTS is None, reason="needs RECTO_IMAGEBIND_WEIGHTS")


def _asset(name: str) -> Path:
    path = _ASSETS / name
    if not path.is_file():
        pytest.fail(
            f"{path} is not there; RECTO_IMAGEBIND_ASSETS must name the folder of the pictures and"
            " sounds that the figures were published for."
        )
    return path


@pytest.fixture(scope="module")
def huge() -> Towers:
    """As the model gives its vectors: the figures are of those, averaged clips not brought to any
    length."""
    pytest.importorskip("torch")
    from recto.engine.crossmodal.device import best_device
    from recto.engine.crossmodal.imagebind.towers import Towers
    from recto.engine.crossmodal.imagebind.weights import open_weights

    assert _WEIGHTS is not None
    return Towers(open_weights(Path(_WEIGHTS)), dtype="float32", device=best_device())


@pytest.fixture(scope="module")
def reader() -> Iterator[MediaReader]:
    from recto.indexing.media.reader import MediaReader

    with MediaReader() as made:
        yield made


@pytest.fixture(scope="module")
def texts(huge: Towers) -> FloatArray:
    from recto.engine.crossmodal.imagebind.texts import text_input

    return huge.run("text", text_input(["A dog.", "A car", "A bird"]))


@pytest.fixture(scope="module")
def pictures(huge: Towers) -> FloatArray:
    from recto.engine.crossmodal.imagebind.pictures import picture_input

    files = [_asset(f"{thing}_image.jpg") for thing in _THINGS]
    shown = [np.array(Pillow.open(file).convert("RGB")) for file in files]
    return huge.run("vision", map(picture_input, shown))


@pytest.fixture(scope="module")
def sounds(huge: Towers, reader: MediaReader) -> FloatArray:
    from recto.engine.crossmodal.imagebind.sounds import sound_input

    heard = [_heard(reader, _asset(f"{thing}_audio.wav")) for thing in _THINGS]
    return huge.run("audio", map(sound_input, heard))


def _heard(reader: MediaReader, path: Path) -> Sound:
    from recto.indexing.media.segments import Span

    with reader.open(path) as media:
        return media.listen(Span(0, media.seconds))


def _softmax(logits: FloatArray) -> FloatArray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def test_pictures_by_text(pictures: FloatArray, texts: FloatArray) -> None:
    found = _softmax(pictures @ texts.T)
    np.testing.assert_allclose(found.diagonal(), [0.9976, 0.9999, 0.9865], atol=2e-3)


def test_sounds_by_text(sounds: FloatArray, texts: FloatArray) -> None:
    np.testing.assert_allclose(_softmax(sounds @ texts.T), np.eye(3), atol=1e-3)


def test_pictures_by_sound(pictures: FloatArray, sounds: FloatArray) -> None:
    wanted = [[0.8070, 0.1088, 0.0842], [0.1036, 0.7884, 0.1079], [0.0018, 0.0022, 0.9960]]
    np.testing.assert_allclose(_softmax(pictures @ sounds.T), wanted, atol=2e-3)
