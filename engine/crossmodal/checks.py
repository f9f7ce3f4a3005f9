"""What every cross-modal encoder checks of its vectors before it gives them out."""

from __future__ import annotations

import numpy as np

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import EncoderError
from recto.engine.vectors import FloatArray


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
