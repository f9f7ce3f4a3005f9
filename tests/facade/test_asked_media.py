"""What can be found by what, with an encoder of two spaces that have nothing to do with each other:
sound lies in one, pictures and film in the other, and text is placed in either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from recto.asked_media import Asked, Asking
from recto.engine.crossmodal.protocol import (
    CrossModalEncoder,
    Depth,
    Footage,
    Modality,
    Motion,
    Picture,
    Sound,
    Space,
    Thermal,
)
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import EncoderError
from recto.engine.store.clips.records import CLIP_MODALITIES, ClipModality, dims_of
from recto.engine.vectors import FloatArray
from recto.indexing.media.reader import MediaReader
from recto.indexing.reader import Reader

SOUND = Sound(np.ones((1, 10), np.float32), 10)
PICTURE = np.zeros((2, 2, 3), np.uint8)


class _TwoSpaces:
    id = EncoderId(name="two", revision="1", dim=3)
    spaces: Mapping[Modality, Space] = {
        "image": Space("sight", 3),
        "video": Space("sight", 3),
        "audio": Space("hearing", 2),
    }
    scales: Mapping[Modality, float] = dict.fromkeys(spaces, 10.0)

    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        return np.eye(self.spaces[target].dim, dtype=np.float32)[[len(t) - 1 for t in texts]]

    def encode_image(self, images: Sequence[Picture]) -> FloatArray:
        return np.eye(3, dtype=np.float32)[[2] * len(images)]

    def encode_video(self, films: Sequence[Footage], *, whole: bool = False) -> FloatArray:
        return np.eye(3, dtype=np.float32)[[1] * len(films)]

    def encode_audio(self, sounds: Sequence[Sound]) -> FloatArray:
        return np.eye(2, dtype=np.float32)[[1] * len(sounds)]

    def encode_depth(self, depths: Sequence[Depth]) -> FloatArray:
        raise EncoderError("no depth")

    def encode_thermal(self, pictures: Sequence[Thermal]) -> FloatArray:
        raise EncoderError("no thermal")

    def encode_imu(self, motions: Sequence[Motion]) -> FloatArray:
        raise EncoderError("no imu")


def _asking(asked: Asked) -> Asking:
    """Arrays are asked with, so that no reader is called."""
    pytest.importorskip("av")
    encoder: CrossModalEncoder = _TwoSpaces()
    return Asking(asked, encoder, pages=Reader(), media=MediaReader())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(texts=("a",)), ["audio", "video", "image", "page"]),
        (Asked(texts=("a",), sounds=(SOUND,)), ["audio"]),
        (Asked(images=(PICTURE,), minus=("a",)), ["video", "image", "page"]),
    ],
)
def test_only_what_lies_in_the_same_space_is_searched(
    asked: Asked, found: list[ClipModality]
) -> None:
    assert _asking(asked).targets(CLIP_MODALITIES) == found


@pytest.mark.parametrize(
    ("asked", "targets", "match"),
    [
        (Asked(images=(PICTURE,)), ["audio"], "cannot find audio by image"),
        (Asked(images=(PICTURE,), sounds=(SOUND,)), ["audio", "page"], "spaces of their own"),
        (Asked(motions=(np.zeros((6, 2000), np.float32),)), ["audio"], "does not encode imu"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    asked: Asked, targets: list[ClipModality], match: str
) -> None:
    with pytest.raises(EncoderError, match=match):
        _asking(asked).targets(targets)


def test_text_is_placed_in_the_space_of_its_target() -> None:
    asking = _asking(Asked(texts=("a",), images=(PICTURE,)))
    assert asking.vector("page") == pytest.approx(np.array([1, 0, 1]) / np.sqrt(2))
    asking = _asking(Asked(texts=("a",), minus=("aa",)))
    assert asking.vector("audio") == pytest.approx(np.array([1, -1]) / np.sqrt(2))
    assert asking.vector("video") == pytest.approx(np.array([1, -1, 0]) / np.sqrt(2))


def test_clips_have_the_dimension_of_their_space() -> None:
    assert dims_of(_TwoSpaces()) == {"audio": 2, "video": 3, "image": 3, "page": 3}
