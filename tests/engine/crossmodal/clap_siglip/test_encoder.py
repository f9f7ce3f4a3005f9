"""CLAP and SigLIP as one encoder: two spaces, and nothing left to chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recto.engine.crossmodal.protocol import Modality, Sound
from recto.engine.errors import EncoderError
from tests.engine.crossmodal.conftest import OpenPair
from tests.engine.crossmodal.items import ENCODE, film, picture, sound

_SIGLIPS = ("siglip", "siglip2")
_OFFERED: tuple[Modality, ...] = ("text", "image", "video", "audio")


@pytest.mark.parametrize("name", _SIGLIPS)
@pytest.mark.parametrize("modality", _OFFERED)
def test_vectors_are_of_length_one_whatever_the_batch(
    pair: OpenPair, name: str, modality: Modality
) -> None:
    encoder = pair(name)
    together = ENCODE[modality](encoder, [0, 1, 2])
    dim = encoder.spaces["audio" if modality == "text" else modality].dim
    assert together.shape == (3, dim)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-5)
    alone = np.concatenate([ENCODE[modality](encoder, [seed]) for seed in (0, 1, 2)])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert np.abs(together[0] - together[1]).max() > 1e-6
    assert ENCODE[modality](encoder, []).shape == (0, dim)


def test_sound_and_sight_are_two_spaces(pair: OpenPair) -> None:
    spaces = pair("siglip").spaces
    assert spaces["image"] == spaces["video"]
    assert spaces["image"] != spaces["audio"]


def test_text_lies_in_the_space_of_its_target(pair: OpenPair) -> None:
    encoder = pair("siglip")
    for target, space in encoder.spaces.items():
        assert encoder.encode_text(["a dog"], target=target).shape == (1, space.dim)


@pytest.mark.parametrize("name", _SIGLIPS)
def test_capitals_do_not_matter_to_siglip(pair: OpenPair, name: str) -> None:
    found = pair(name).encode_text(["A DOG", "a dog"], target="image")
    np.testing.assert_array_equal(found[0], found[1])


@pytest.mark.parametrize("name", _SIGLIPS)
def test_picture_equals_the_model_s_own(pair: OpenPair, folders: Path, name: str) -> None:
    import torch
    import transformers

    model = transformers.AutoModel.from_pretrained(folders / name)
    processor = transformers.AutoProcessor.from_pretrained(folders / name)
    with torch.inference_mode():
        inputs = processor.image_processor([picture(0)], return_tensors="pt")
        wanted = model.get_image_features(**inputs).pooler_output[0].numpy()
    got = pair(name).encode_image([picture(0)])[0]
    np.testing.assert_allclose(got, wanted / np.linalg.norm(wanted), atol=1e-5)


def test_film_is_the_mean_of_its_frames(pair: OpenPair) -> None:
    encoder = pair("siglip")
    one = film(3)
    chosen = encoder.encode_image(list(one.frames([0, 2, 5, 8, 11])))
    mean = chosen.mean(axis=0)
    got = encoder.encode_video([one])[0]
    np.testing.assert_allclose(got, mean / np.linalg.norm(mean), atol=1e-5)


def test_long_sound_is_heard_whole_and_always_the_same(pair: OpenPair) -> None:
    """The model's own way with it is a piece taken at random."""
    encoder = pair("siglip")
    samples = np.random.default_rng(0).standard_normal((1, 25 * 8000)).astype(np.float32)
    samples[:, : 12 * 8000] *= 0.01
    first = encoder.encode_audio([Sound(samples, 8000)])
    np.testing.assert_array_equal(encoder.encode_audio([Sound(samples, 8000)]), first)
    other = samples.copy()
    other[:, -8000:] = 0
    assert np.abs(encoder.encode_audio([Sound(other, 8000)]) - first).max() > 1e-6


@pytest.mark.parametrize("modality", ["depth", "thermal", "imu"])
def test_what_it_cannot_encode(pair: OpenPair, modality: Modality) -> None:
    with pytest.raises(EncoderError, match=f"does not encode {modality}"):
        ENCODE[modality](pair("siglip"), [0])
    with pytest.raises(EncoderError, match=f"does not encode {modality}"):
        pair("siglip").encode_text(["a dog"], target=modality)


def test_scales_are_those_of_the_weights(pair: OpenPair, folders: Path) -> None:
    from safetensors.torch import load_file

    weights = load_file(folders / "clap" / "model.safetensors")
    assert pair("siglip").scales["audio"] == pytest.approx(float(weights["logit_scale_a"].exp()))


def test_name_is_two_checkpoints(folders: Path) -> None:
    from recto.engine.crossmodal.clap_siglip.encoder import open_encoder

    with pytest.raises(EncoderError, match="expected clap as model_type"):
        open_encoder(f"{folders / 'siglip'}+{folders / 'clap'}", device="cpu")
    with pytest.raises(EncoderError, match="expected a CLAP and a SigLIP"):
        open_encoder(str(folders / "clap"), device="cpu")


def test_incomplete_weights_are_refused(folders: Path, tmp_path: Path) -> None:
    from shutil import copytree

    from safetensors.torch import load_file, save_file

    from recto.engine.crossmodal.clap_siglip.encoder import open_encoder

    copytree(folders / "clap", tmp_path / "clap")
    path = tmp_path / "clap" / "model.safetensors"
    weights = load_file(path)
    del weights["audio_projection.linear1.weight"]
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(EncoderError, match=r"1 missing keys.*audio_projection\.linear1\.weight"):
        open_encoder(f"{tmp_path / 'clap'}+{folders / 'siglip'}", device="cpu")


@pytest.mark.parametrize(
    ("setting", "value"), [("frames", "0"), ("frames", "x"), ("dtype", "int8"), ("clips", "1")]
)
def test_wrong_setting(folders: Path, setting: str, value: str) -> None:
    from recto.engine.crossmodal.clap_siglip.encoder import open_encoder

    with pytest.raises(EncoderError, match=setting):
        open_encoder(
            f"{folders / 'clap'}+{folders / 'siglip'}", settings={setting: value}, device="cpu"
        )


def test_recorded_settings_make_the_same_encoder(pair: OpenPair, folders: Path) -> None:
    from recto.engine.crossmodal.clap_siglip.encoder import open_encoder

    first = pair("siglip")
    again = open_encoder(first.id.source, settings=first.id.settings, device="cpu")
    assert again.id == first.id
    np.testing.assert_array_equal(again.encode_audio([sound(0)]), first.encode_audio([sound(0)]))
