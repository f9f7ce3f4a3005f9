"""PE-AV's towers and heads. Imports torch.

The methods of transformers that give single embeddings leave out what they need, or do not fit each
other; so towers and heads are called here as its joint forward does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from recto.engine.crossmodal.pretrained import Pretrained
from recto.engine.crossmodal.protocol import Modality, Picture, Sound
from recto.engine.crossmodal.sampling import mono, pieces
from recto.engine.vectors import FloatArray

KINDS = {"pe_audio_video": "PeAudioVideoModel"}
_TOKENS = 512
_PIECE = 30
"""Seconds heard at once: the sound's first layers are wide, and minutes of it fill gigabytes."""


class PeAv:
    def __init__(self, loaded: Pretrained) -> None:
        self._loaded = loaded
        self._model = loaded.model
        self._rate = int(loaded.processor.feature_extractor.sampling_rate)
        # It was trained on what comes before this norm. Versions of transformers differ in whether
        # the last of the hidden states has passed it.
        self._model.text_model.final_norm = torch.nn.Identity()

    @property
    def dim(self) -> int:
        return int(self._model.config.text_config.hidden_size)

    def scale(self, modality: Modality) -> float:
        """Of a cosine with a text."""
        if modality == "audio":
            return float(self._model.audio_model.text_audio_logit_scale)
        return float(self._model.video_model.text_video_logit_scale)

    def texts(self, texts: Sequence[str], target: Modality) -> FloatArray:
        """(n, dim) by the head for sound or the head for sight."""
        inputs = self._loaded.processor.tokenizer(
            list(texts), padding=True, truncation=True, max_length=_TOKENS, return_tensors="pt"
        )
        given = {key: inputs[key] for key in ("input_ids", "attention_mask")}
        with torch.inference_mode():
            found = self._model.text_model(**self._loaded.moved(given))
            first = found.last_hidden_state[:, 0]
            if target == "audio":
                return _numpy(self._model.audio_model.text_audio_head(first))
            return _numpy(self._model.video_model.text_video_head(first))

    def sound(self, sound: Sound) -> FloatArray:
        """(n, dim), a vector a piece of half a minute."""
        parts = pieces(mono(sound, self._rate), _PIECE * self._rate)
        inputs = self._loaded.processor.feature_extractor(
            parts, sampling_rate=self._rate, return_tensors="pt"
        )
        given = {key: inputs[key] for key in ("input_values", "padding_mask")}
        with torch.inference_mode():
            found = self._model.audio_model.audio_encoder(**self._loaded.moved(given))
            return _numpy(self._model.audio_model.audio_head(found.pooler_output))

    def film(self, frames: Sequence[Picture]) -> FloatArray:
        """(1, dim) of frames of one size."""
        inputs = self._loaded.processor.video_processor(
            [np.stack(frames)], do_sample_frames=False, return_tensors="pt"
        )
        given = {"pixel_values_videos": inputs["pixel_values_videos"]}
        with torch.inference_mode():
            found = self._model.video_model.video_encoder(**self._loaded.moved(given))
            return _numpy(self._model.video_model.video_head(found.pooler_output))


def _numpy(vectors: torch.Tensor) -> FloatArray:
    return np.asarray(vectors.float().cpu().numpy(), np.float32)
