"""What every cross-modal encoder does around its model: its identity, its refusals, its checks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping

import numpy as np

from recto.engine.crossmodal.protocol import Modality
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import EncoderError
from recto.engine.vectors import FloatArray


def identity(name: str, *, dim: int, settings: Mapping[str, str], source: str) -> EncoderId:
    """Another revision for every change of `settings`, which hold all that vectors depend on."""
    revision = hashlib.sha256(json.dumps(dict(settings), sort_keys=True).encode()).hexdigest()[:12]
    return EncoderId(name=name, revision=revision, dim=dim, settings=settings, source=source)


def cannot(id: EncoderId, modality: Modality, offered: Collection[Modality]) -> EncoderError:
    """The error of an encoder that is asked for what its model has no tower for."""
    return EncoderError(
        f"{id.name} does not encode {modality}; it encodes text, {', '.join(offered)}. Choose an"
        " encoder that does, such as imagebind."
    )


def finite(vectors: FloatArray, id: EncoderId) -> FloatArray:
    """The same (n, d). Raises EncoderError if one is not made of numbers."""
    wrong = int((~np.isfinite(vectors).all(axis=1)).sum())
    if wrong:
        raise EncoderError(
            f"{id.name} gave {wrong} of {len(vectors)} vectors that are no numbers (NaN or"
            f" infinite) in {id.settings.get('dtype')}. Choose float32 with the encoder setting"
            " dtype; if it happens there too, the checkpoint is damaged."
        )
    return vectors
