"""CLAP: texts and sound. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from recto.engine.crossmodal.pretrained import Pretrained
from recto.engine.crossmodal.protocol import Sound
from recto.engine.crossmodal.sampling import mono, pieces
from recto.engine.vectors import FloatArray

KINDS = {"clap": "ClapModel"}
_TOKENS = 77
"""More were not seen in training."""


class Clap:
    def __init__(self, loaded: Pretrained) -> None:
        self._loaded = loaded
        extractor = loaded.processor.feature_extractor
        self._rate = int(extractor.sampling_rate)
        self._length = int(extractor.nb_max_samples)

    @property
    def dim(self) -> int:
        return int(self._loaded.model.config.projection_dim)

    @property
    def scale(self) -> float:
        return float(self._loaded.model.logit_scale_a.exp())

    def texts(self, texts: Sequence[str]) -> FloatArray:
        inputs = self._loaded.processor.tokenizer(
            list(texts), padding=True, truncation=True, max_length=_TOKENS, return_tensors="pt"
        )
        with torch.inference_mode():
            found = self._loaded.model.get_text_features(**self._loaded.moved(inputs))
        return np.asarray(found.pooler_output.float().cpu().numpy(), np.float32)

    def sound(self, sound: Sound) -> FloatArray:
        """(n, dim), a vector a piece of ten seconds."""
        parts = pieces(mono(sound, self._rate), self._length)
        inputs = self._loaded.processor.feature_extractor(
            parts, sampling_rate=self._rate, return_tensors="pt"
        )
        # Where no piece is too long, the extractor says of one, taken at random, that it is.
        inputs["is_longer"] = torch.zeros((len(parts), 1), dtype=torch.bool)
        with torch.inference_mode():
            found = self._loaded.model.get_audio_features(**self._loaded.moved(inputs))
        return np.asarray(found.pooler_output.float().cpu().numpy(), np.float32)
