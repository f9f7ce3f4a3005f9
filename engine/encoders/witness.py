"""What an encoder makes of one page and one question, kept so that it can be recognised later.

Other versions of the packages that run a model mostly change no vector, and sometimes all of them
without a word. Knows encoders by their protocol.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from recto.engine.encoders.protocol import Encoder, EncoderId, PageInput
from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.vectors import FloatArray

TOLERANCE = {"float32": 1e-5, "bfloat16": 2e-3, "float16": 2e-3, "int8": 1e-2}
"""How far vectors may be apart on average, as 1 - cosine, to be the same in an arithmetic: room for
another device's rounding. Between transformers 5.16 and 5.20 tiny checkpoints of all families move
by 1e-5 at most in bfloat16, not at all in float32; a lost adapter moves one by 0.2, lost positions
of patches by 3e-5, more in a deeper model."""
_QUESTION = "What was the revenue in 2018?"
_SIDE, _CELL = 8, 28
"""Of the picture: coloured squares a side, and pixels of each."""
_KEPT = 8
"""Vectors of a page and of a question, evenly spread."""
_NUMBERS = 64
"""Of each of them: any change of a vector shows in a part of it."""


def recognised(
    own: EncoderId, recorded: EncoderId | None, *, passing: Collection[str], tolerance: float
) -> EncoderId:
    """The id that a library `recorded`, if only `passing` settings differ from its `own` id, which
    has a witness, and vectors do not; else its own."""
    if (
        recorded is None
        or _without(recorded, passing) != _without(own, passing)
        or not agree(recorded.witness, own.witness, tolerance)
    ):
        return own
    return replace(recorded, source=own.source)


def _without(id: EncoderId, passing: Collection[str]) -> EncoderId:
    settings = {name: text for name, text in id.settings.items() if name not in passing}
    return replace(id, revision="", settings=settings)


def witness_of(encoder: Encoder) -> dict[str, str]:
    """Some of the vectors of a page and of a question, as texts."""
    (page,) = encoder.encode_pages([_page()])
    assert page.patches is not None
    question = encoder.encode_question(_QUESTION)
    return {"page": _text(page.patches.vectors), "question": _text(question.patches)}


def agree(recorded: Mapping[str, str], given: Mapping[str, str], tolerance: float) -> bool:
    """Whether both are of the same vectors. Nothing recorded agrees with nothing."""
    return recorded.keys() == given.keys() != set() and all(
        _alike(recorded[name], given[name], tolerance) for name in recorded
    )


def _alike(recorded: str, given: str, tolerance: float) -> bool:
    (before, shape), (now, other) = _parsed(recorded), _parsed(given)
    if shape != other or before.shape != now.shape:
        return False
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(now, axis=1)
    cosines = (before * now).sum(axis=1) / np.maximum(lengths, np.float32(1e-9))
    return float(1 - cosines.mean()) <= tolerance


def _text(vectors: FloatArray) -> str:
    """How many vectors of which dimension there are, and some of their numbers."""
    count, dim = vectors.shape
    chosen = np.unique(np.linspace(0, count - 1, _KEPT).round().astype(int))
    numbers = vectors[chosen, :_NUMBERS].astype("<f2")
    return f"{count}x{dim}:{base64.b64encode(numbers.tobytes()).decode()}"


def _parsed(text: str) -> tuple[FloatArray, str]:
    shape, _, data = text.partition(":")
    dim = int(shape.partition("x")[2])
    numbers = np.frombuffer(base64.b64decode(data), "<f2")
    return numbers.reshape(-1, min(dim, _NUMBERS)).astype(np.float32), shape


def _page() -> PageInput:
    """Squares of all colours and a line of words. No font: those differ between machines."""
    cells = np.zeros((_SIDE, _SIDE, 3), np.uint8)
    for row, column in product(range(_SIDE), repeat=2):
        cells[row, column] = (row * 36, column * 36, (row * column * 11) % 256)
    words = tuple(
        Word(text, Box(place / 6, 0, (place + 1) / 6, 0.1), 0)
        for place, text in enumerate(_QUESTION.split())
    )
    content = PageContent(
        number=1, width=_SIDE, height=_SIDE, text=PageText(words=words, source="layer")
    )
    image = np.kron(cells, np.ones((_CELL, _CELL, 1), np.uint8))
    return PageInput(content=content, image=image)
