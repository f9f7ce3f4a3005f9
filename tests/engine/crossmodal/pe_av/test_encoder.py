"""PE-AV: one space for sound and sight, two heads for text."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recto.engine.crossmodal.protocol import Modality, Sound
from recto.engine.errors import EncoderError
from tests.engine.crossmodal.items import ENCODE, film, picture, sound

if TYPE_CHECKING:
    from recto.engine.crossmodal.pe_av.encoder import PeAvEncoder

_OFFERED: tuple[Modality, ...] = ("text", "image", "video", "audio")


@pytest.mark.parametrize("modality", _OFFERED)
def test_vectors_are_of_length_one_whatever_the_batch(
    pe_av: PeAvEncoder, modality: Modality
) -> None:
    together = ENCODE[modality](pe_av, [0, 1, 2])
    assert together.shape == (3, 16)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-5)
    alone = np.concatenate([ENCODE[modality](pe_av, [seed]) for seed in (0, 1, 2)])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert np.abs(together[0] - together[1]).max() > 1e-6
    assert ENCODE[modality](pe_av, []).shape == (0, 16)


def test_text_depends_on_its_target(pe_av: PeAvEncoder) -> None:
    heard = pe_av.encode_text(["a dog"], target="audio")
    seen = pe_av.encode_text(["a dog"], target="video")
    assert np.abs(heard - seen).max() > 1e-3
    np.testing.assert_array_equal(pe_av.encode_text(["a dog"], target="image"), seen)


def test_vectors_equal_the_model_s_joint_forward(pe_av: PeAvEncoder, folders: Path) -> None:
    """But for the norm after the text's last layer, which is taken out there as well."""
    import torch
    import transformers

    with contextlib.redirect_stdout(io.StringIO()):
        model = transformers.PeAudioVideoModel.from_pretrained(folders / "pe-av").eval()
    processor = transformers.AutoProcessor.from_pretrained(folders / "pe-av")
    model.text_model.final_norm = torch.nn.Identity()
    samples = np.random.default_rng(0).standard_normal(48000).astype(np.float32)
    frames = film(0).pictures
    texts = processor.tokenizer(["two dogs"], return_tensors="pt")
    heard = processor.feature_extractor([samples], sampling_rate=48000, return_tensors="pt")
    seen = processor.video_processor([frames], do_sample_frames=False, return_tensors="pt")
    with torch.inference_mode():
        wanted = model(
            input_ids=texts["input_ids"],
            attention_mask=texts["attention_mask"],
            input_values=heard["input_values"],
            pixel_values_videos=seen["pixel_values_videos"],
        )
    for got, name in (
        (pe_av.encode_text(["two dogs"], target="audio"), "text_audio_embeds"),
        (pe_av.encode_text(["two dogs"], target="video"), "text_video_embeds"),
        (pe_av.encode_audio([Sound(samples[None], 48000)]), "audio_embeds"),
        (pe_av.encode_video([film(0)]), "video_embeds"),
    ):
        vector = wanted[name][0].numpy()
        np.testing.assert_allclose(got[0], vector / np.linalg.norm(vector), atol=1e-4)


def test_picture_is_a_film_of_one_frame(pe_av: PeAvEncoder) -> None:
    from fractions import Fraction

    from tests.engine.crossmodal.films import ArrayFilm

    still = ArrayFilm(picture(0)[None], Fraction(25))
    np.testing.assert_allclose(
        pe_av.encode_image([picture(0)]), pe_av.encode_video([still]), atol=1e-6
    )


def test_all_share_a_space(pe_av: PeAvEncoder) -> None:
    assert len(set(pe_av.spaces.values())) == 1
    assert set(pe_av.spaces) == {"image", "video", "audio"}


@pytest.mark.parametrize("modality", ["depth", "thermal", "imu"])
def test_what_it_cannot_encode(pe_av: PeAvEncoder, modality: Modality) -> None:
    with pytest.raises(EncoderError, match=f"does not encode {modality}"):
        ENCODE[modality](pe_av, [0])
    with pytest.raises(EncoderError, match=f"does not encode {modality}"):
        pe_av.encode_text(["a dog"], target=modality)


@pytest.mark.parametrize("samples", [1, 100, 31 * 8000])
def test_sound_of_any_length(pe_av: PeAvEncoder, samples: int) -> None:
    noise = np.random.default_rng(0).standard_normal((1, samples)).astype(np.float32)
    assert np.isfinite(pe_av.encode_audio([Sound(noise, 8000)])).all()


def test_recorded_settings_make_the_same_encoder(
    pe_av: PeAvEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    from recto.engine.crossmodal.pe_av.encoder import open_encoder

    again = open_encoder(pe_av.id.source, settings=pe_av.id.settings, device="cpu")
    assert again.id == pe_av.id
    np.testing.assert_array_equal(again.encode_audio([sound(0)]), pe_av.encode_audio([sound(0)]))
    assert capsys.readouterr().out == ""


def test_other_checkpoint(folders: Path) -> None:
    from recto.engine.crossmodal.pe_av.encoder import open_encoder

    with pytest.raises(EncoderError, match="expected pe_audio_video as model_type"):
        open_encoder(str(folders / "clap"), device="cpu")
