"""SigLIP, the first or the second: texts and pictures. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image as Pillow

from recto.engine.crossmodal.pretrained import Pretrained
from recto.engine.crossmodal.protocol import Picture
from recto.engine.vectors import FloatArray

KINDS = {"siglip": "SiglipModel", "siglip2": "Siglip2Model"}
_TOKENS = 64


class Siglip:
    def __init__(self, loaded: Pretrained) -> None:
        self._loaded = loaded

    @property
    def dim(self) -> int:
        return int(self._loaded.model.config.vision_config.hidden_size)

    @property
    def scale(self) -> float:
        return float(self._loaded.model.logit_scale.exp())

    def texts(self, texts: Sequence[str]) -> FloatArray:
        """In small letters and always of 64 tokens, for so it was trained; not all checkpoints
        bring a tokenizer that sees to it."""
        inputs = self._loaded.processor.tokenizer(
            [text.lower() for text in texts],
            padding="max_length",
            truncation=True,
            max_length=_TOKENS,
            return_tensors="pt",
        )
        ids = {"input_ids": inputs["input_ids"]}  # trained without a mask over the padding
        with torch.inference_mode():
            found = self._loaded.model.get_text_features(**self._loaded.moved(ids))
        return np.asarray(found.pooler_output.float().cpu().numpy(), np.float32)

    def pictures(self, pictures: Sequence[Picture]) -> FloatArray:
        inputs = self._loaded.processor.image_processor(
            [Pillow.fromarray(np.ascontiguousarray(picture)) for picture in pictures],
            return_tensors="pt",
        )
        with torch.inference_mode():
            found = self._loaded.model.get_image_features(**self._loaded.moved(inputs))
        return np.asarray(found.pooler_output.float().cpu().numpy(), np.float32)
