"""The encoder end to end: its promise of equal vectors, and what it asks before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recto.engine.crossmodal.protocol import MODALITIES, Modality
from recto.engine.errors import EncoderError, LicenceNotAccepted
from tests.engine.crossmodal.imagebind.conftest import ACCEPTED
from tests.engine.crossmodal.items import ENCODE, film

pytest.importorskip("torch")

if TYPE_CHECKING:
    from recto.engine.crossmodal.imagebind.encoder import ImageBindEncoder


@pytest.mark.parametrize("modality", MODALITIES)
def test_vectors_are_of_length_one_whatever_the_batch(
    encoder: ImageBindEncoder, modality: Modality
) -> None:
    encode = ENCODE[modality]
    together = encode(encoder, [0, 1, 2])
    assert together.shape == (3, 20)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-5)
    alone = np.concatenate([encode(encoder, [seed]) for seed in (0, 1, 2)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("modality", MODALITIES)
def test_nothing_to_encode(encoder: ImageBindEncoder, modality: Modality) -> None:
    assert ENCODE[modality](encoder, []).shape == (0, 20)


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
        cosines = (ENCODE[modality](half, [0, 1]) * ENCODE[modality](encoder, [0, 1])).sum(axis=1)
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
    np.testing.assert_array_equal(ENCODE["audio"](converted, [0]), ENCODE["audio"](encoder, [0]))


def test_clips_and_crops_are_another_encoder(published: Path, encoder: ImageBindEncoder) -> None:
    from recto.engine.crossmodal.imagebind.encoder import open_encoder
    from tests.engine.crossmodal.imagebind.making import SMALL

    quick = open_encoder(
        published, settings=ACCEPTED | {"clips": "1", "crops": "1"}, device="cpu", config=SMALL
    )
    assert quick.id.revision != encoder.id.revision
    scene, published_look = quick.encode_video([film(0)]), encoder.encode_video([film(0)])
    assert np.abs(scene - published_look).max() > 1e-3
    np.testing.assert_allclose(quick.encode_video([film(0)], whole=True), published_look, atol=1e-6)


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
        ("whole_clips", "0", "whole_clips 0; expected 1 to 100"),
        ("whole_crops", "2", "whole_crops 2; expected 1 or 3"),
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
        ENCODE["imu"](damaged, [0])
