"""The encoder end to end: its promise of equal vectors, and what it asks before."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recto.engine.crossmodal.protocol import MODALITIES, CrossModalEncoder, Depth, Sound
from recto.engine.errors import EncoderError, LicenceNotAccepted
from recto.engine.vectors import FloatArray
from tests.engine.crossmodal.films import ArrayFilm
from tests.engine.crossmodal.imagebind.conftest import ACCEPTED

pytest.importorskip("torch")

if TYPE_CHECKING:
    from recto.engine.crossmodal.imagebind.encoder import ImageBindEncoder

_Encode = Callable[[CrossModalEncoder, list[int]], FloatArray]


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _film(seed: int) -> ArrayFilm:
    return ArrayFilm(_rng(seed).integers(0, 256, (12, 24, 32, 3), np.uint8), Fraction(4))


def _sound(seed: int) -> Sound:
    return Sound(_rng(seed).standard_normal((1, 8000 + seed)).astype(np.float32), 8000)


_ENCODE: dict[str, _Encode] = {
    "text": lambda encoder, seeds: encoder.encode_text(
        [f"{seed} dogs" * (1 + seed) for seed in seeds], target="audio"
    ),
    "image": lambda encoder, seeds: encoder.encode_image(
        [_rng(seed).integers(0, 256, (40 + seed, 50, 3), np.uint8) for seed in seeds]
    ),
    "video": lambda encoder, seeds: encoder.encode_video([_film(seed) for seed in seeds]),
    "audio": lambda encoder, seeds: encoder.encode_audio([_sound(seed) for seed in seeds]),
    "depth": lambda encoder, seeds: encoder.encode_depth(
        [Depth(_rng(seed).uniform(1, 9, (30, 30)).astype(np.float32), 500) for seed in seeds]
    ),
    "thermal": lambda encoder, seeds: encoder.encode_thermal(
        [_rng(seed).integers(0, 256, (30, 40), np.uint8) for seed in seeds]
    ),
    "imu": lambda encoder, seeds: encoder.encode_imu(
        [_rng(seed).standard_normal((6, 2000)).astype(np.float32) for seed in seeds]
    ),
}


@pytest.mark.parametrize("modality", MODALITIES)
def test_vectors_are_of_length_one_whatever_the_batch(
    encoder: ImageBindEncoder, modality: str
) -> None:
    encode = _ENCODE[modality]
    together = encode(encoder, [0, 1, 2])
    assert together.shape == (3, 20)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-5)
    alone = np.concatenate([encode(encoder, [seed]) for seed in (0, 1, 2)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("modality", MODALITIES)
def test_nothing_to_encode(encoder: ImageBindEncoder, modality: str) -> None:
    assert _ENCODE[modality](encoder, []).shape == (0, 20)


def test_text_is_the_same_for_every_target(encoder: ImageBindEncoder) -> None:
    found = [encoder.encode_text(["a dog"], target=target) for target in encoder.spaces]
    assert all(np.array_equal(found[0], other) for other in found)


def test_all_modalities_share_a_space(encoder: ImageBindEncoder) -> None:
    assert set(encoder.spaces) == set(MODALITIES) - {"text"}
    assert {space.dim for space in encoder.spaces.values()} == {20}
    assert len(set(encoder.spaces.values())) == 1


def test_many_texts_are_split_into_batches(encoder: ImageBindEncoder) -> None:
    texts = [f"number {index}" for index in range(40)]
    together = encoder.encode_text(texts, target="image")
    alone = encoder.encode_text([texts[35]], target="image")
    np.testing.assert_allclose(together[35], alone[0], atol=1e-5)


def test_towers_are_loaded_when_they_are_used(published: Path) -> None:
    from recto.engine.crossmodal.imagebind.towers import Towers
    from recto.engine.crossmodal.imagebind.weights import open_weights
    from tests.engine.crossmodal.imagebind.making import SMALL

    towers = Towers(open_weights(published, SMALL), dtype="float32", device="cpu")
    assert towers.loaded == frozenset()
    towers.run("imu", [np.zeros((6, 2000), np.float32)])
    assert towers.loaded == {"imu"}


def test_bfloat16_is_nearly_the_same(published: Path, encoder: ImageBindEncoder) -> None:
    from recto.engine.crossmodal.imagebind.encoder import open_encoder
    from tests.engine.crossmodal.imagebind.making import SMALL

    half = open_encoder(
        published, settings=ACCEPTED | {"dtype": "bfloat16"}, device="cpu", config=SMALL
    )
    for modality in MODALITIES:
        cosines = (_ENCODE[modality](half, [0, 1]) * _ENCODE[modality](encoder, [0, 1])).sum(axis=1)
        assert cosines.min() > 0.99, modality
    assert half.id.revision != encoder.id.revision


def test_converted_weights_are_the_same_encoder(
    published: Path, encoder: ImageBindEncoder, tmp_path: Path
) -> None:
    from recto.engine.crossmodal.imagebind.converting import convert
    from recto.engine.crossmodal.imagebind.encoder import open_encoder
    from tests.engine.crossmodal.imagebind.making import SMALL

    convert(published, tmp_path, config=SMALL)
    converted = open_encoder(tmp_path, settings=encoder.id.settings, device="cpu")
    assert converted.id == encoder.id
    np.testing.assert_array_equal(_ENCODE["audio"](converted, [0]), _ENCODE["audio"](encoder, [0]))


def test_clips_and_crops_are_another_encoder(published: Path, encoder: ImageBindEncoder) -> None:
    from recto.engine.crossmodal.imagebind.encoder import open_encoder
    from tests.engine.crossmodal.imagebind.making import SMALL

    quick = open_encoder(
        published, settings=ACCEPTED | {"clips": "1", "crops": "1"}, device="cpu", config=SMALL
    )
    assert quick.id.revision != encoder.id.revision
    assert quick.encode_video([_film(0)]).shape == (1, 20)


@pytest.mark.parametrize("accepted", [{}, {"accept_license": "mit"}])
def test_licence_must_be_accepted(published: Path, accepted: dict[str, str]) -> None:
    from recto.engine.crossmodal.imagebind.encoder import open_encoder

    with pytest.raises(LicenceNotAccepted, match=r"--accept-license cc-by-nc-sa-4\.0"):
        open_encoder(published, settings=accepted)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("dtype", "int8", "float32, bfloat16"),
        ("clips", "0", "1 to 100"),
        ("clips", "many", "whole number"),
        ("crops", "2", "1 or 3"),
        ("colour", "red", "no setting 'colour'"),
    ],
)
def test_wrong_setting(published: Path, setting: str, value: str, message: str) -> None:
    from recto.engine.crossmodal.imagebind.encoder import open_encoder

    with pytest.raises(EncoderError, match=message):
        open_encoder(published, settings=ACCEPTED | {setting: value})


def test_vectors_that_are_no_numbers(tmp_path: Path) -> None:
    import torch

    from recto.engine.crossmodal.imagebind.encoder import open_encoder
    from tests.engine.crossmodal.imagebind.making import SMALL, small_state

    state = small_state()
    state["modality_heads.imu.3.weight"].fill_(float("nan"))
    torch.save(state, tmp_path / "imagebind_huge.pth")
    damaged = open_encoder(tmp_path, settings=ACCEPTED, device="cpu", config=SMALL)
    with pytest.raises(EncoderError, match="no numbers"):
        _ENCODE["imu"](damaged, [0])
