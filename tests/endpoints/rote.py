"""Weights with which a Llama of one layer says by rote what stands on one page.

It reads nothing. Of what it is given, it notices two things: whether there is a picture, and
whether the word JSON occurs; by these it begins one of three replies, and gives it token by token,
each after the one before. So a real server, with its chat template, tokenizer, eye and sampling,
sends a reply of which every character is known beforehand.

Attention of one layer finds the two: to the query of any token, the keys of a picture's tokens and
of the word are so large that they take all of it. What it finds is added to the last token of the
prompt, and the output layer weighs it. All else of the layer is zero.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

PAGE = "Lease\nThe tenant pays electricity.\nThe deposit of 1,200 euros is non-refundable."
QUOTE = "The deposit of 1,200 euros is non-refundable."
SAID = "The deposit is 1,200 euros."
WORD = "JSON"
"""Stands in the prompt where JSON is wanted, and is a token of its own."""


def _json(answerable: bool, claims: Sequence[object], missing: str) -> str:
    reply = {"answerable": answerable, "claims": claims, "missing": missing}
    return json.dumps(reply, separators=(",", ":"))


WHOLE = _json(
    True, [{"text": SAID, "quotes": [{"source": "S1", "quote": QUOTE, "figure": ""}]}], ""
)
"""With a picture, where JSON is wanted."""
STREAMED = f'{SAID} [S1 "{QUOTE}"]'
"""With a picture, where it is not."""
BLIND = _json(False, [], "a picture")
"""Without a picture."""

WIDTH, HEADS = 64, 4
ROPE_BASE = 1e10
"""So large that the last pair of numbers of a head is hardly turned by the place of a token."""
_HEAD = WIDTH // HEADS
_OTHER, _PICTURE, _WORD, _SEEN, _WANTED, _FIRST = range(6)
"""What a number of a token's vector means; from the last one on, one for each token of a reply."""
_SURE = 2.0
_NEXT = 30.0


@dataclass(frozen=True)
class Weights:
    """Rows are outputs, as torch and GGUF have them."""

    embedding: Array
    query: Array
    key: Array
    value: Array
    attended: Array
    """Of what attention gives."""
    output: Array
    picture: Array
    """The vector of each token of a picture."""


def pieces(text: str, taken: set[str]) -> list[str]:
    """A text in parts of some letters, none of which is `taken`; they are then."""
    cut: list[str] = []
    while text:
        size = next(n for n in range(6, 99) if text[:n] not in taken)
        taken.add(text[:size])
        cut.append(text[:size])
        text = text[size:]
    return cut


def replies() -> dict[str, list[str]]:
    """The tokens of each reply, which a vocabulary must have."""
    taken: set[str] = set()
    return {text: pieces(text, taken) for text in (WHOLE, STREAMED, BLIND)}


def weights(tokens: Mapping[str, int], size: int, *, start: int, end: int) -> Weights:
    """For a vocabulary of this size, in which `tokens` are the word and the pieces. `start` is the
    last token of every prompt, `end` ends a reply."""
    said = replies()
    chain = [start, *(tokens[piece] for cut in said.values() for piece in cut)]
    place = {token: _FIRST + n for n, token in enumerate(chain)}
    assert _FIRST + len(chain) <= WIDTH

    embedding = _zeros(size, WIDTH)
    embedding[:, _OTHER] = 1
    for token, kind in {**place, tokens[WORD]: _WORD}.items():
        embedding[token] = _axis(kind)
    output = _zeros(size, WIDTH)
    begin = {  # what speaks for each reply at the start: 14 > 13 > 10 if there are both
        WHOLE: {place[start]: 4.0, _SEEN: 5.0, _WANTED: 5.0},
        STREAMED: {place[start]: 8.0, _SEEN: 5.0},
        BLIND: {place[start]: 10.0},
    }
    for text, cut in said.items():
        for kind, weight in begin[text].items():
            output[tokens[cut[0]], kind] = weight
        for before, after in pairwise(cut):
            output[tokens[after], place[tokens[before]]] = _NEXT
        output[end, place[tokens[cut[-1]]]] = _NEXT
    return Weights(embedding, *_attention(), output, _axis(_PICTURE))


def _attention() -> tuple[Array, Array, Array, Array]:
    """One head looks for a picture, one for the word."""
    query, key, value, attended = (_zeros(WIDTH, WIDTH) for _ in range(4))
    for head, (sought, found) in enumerate(((_PICTURE, _SEEN), (_WORD, _WANTED))):
        first, last = head * _HEAD, (head + 1) * _HEAD - 1
        query[last] = _SURE
        key[last, sought] = _SURE
        value[first, sought] = WIDTH**-0.5  # the norm has made the vector's length its root
        attended[found, first] = 1
    return query, key, value, attended


def _axis(kind: int) -> Array:
    axis = _zeros(WIDTH)
    axis[kind] = 1
    return axis


def _zeros(*shape: int) -> Array:
    return np.zeros(shape, np.float32)
