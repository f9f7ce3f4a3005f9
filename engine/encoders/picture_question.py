"""A picture that is asked with, beside the words of a question. Knows no model.

Shapes: n patches and r rows of the picture, t vectors of the words, d dimensions.
"""

from __future__ import annotations

import numpy as np

from recto.engine.vectors import PICTURE, FloatArray, QuestionVectors


def picture_question(
    patches: FloatArray, rows: FloatArray, words: QuestionVectors | None
) -> QuestionVectors:
    """The vectors of a picture, (n, d) and (r, d), after those of the words if there are any.

    MaxSim is a sum over vectors, of which a picture has hundreds: they are shortened so that the
    picture counts as much as the words.
    """
    tokens = (PICTURE,) * len(patches)
    if words is None:
        return QuestionVectors(patches=patches, rows=rows, tokens=tokens)
    return QuestionVectors(
        patches=_beside(words.patches, patches),
        rows=_beside(words.rows, rows),
        tokens=words.tokens + tokens,
    )


def _beside(words: FloatArray, picture: FloatArray) -> FloatArray:
    scale = _weight(words) / _weight(picture)
    return np.concatenate([words, picture * np.float32(scale)])


def _weight(vectors: FloatArray) -> float:
    return float(np.linalg.norm(vectors, axis=1).sum())
