"""The words of a page become a model's input, with the box of each token. Imports torch.

A retriever of this family was trained on pictures of pages and on questions: questions are the only
texts it knows. So a page's words are read as one, behind the prefix of questions and before their
empty tokens, which is how the published figures came about as well (`benchmarks/page_text.py`).
What stands around the words lies nowhere on the page and gives no vector, nor do line ends.

The models take far longer texts than the `WINDOW` that is read at once. It is about as many tokens
as a page's picture has, the longest input that they were trained on as retrievers; a longer page is
read in windows that overlap.

T tokens of a window, of which n are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch

from recto.engine.encoders import windows
from recto.engine.encoders.colpali.batch import Batch
from recto.engine.encoders.colpali.layout import NOWHERE, IntArray
from recto.engine.errors import EncoderError
from recto.engine.page import Word
from recto.engine.vectors import FloatArray

MOST = 4096
"""Tokens of a page that are read, about 3,000 words; what follows is found by its words alone."""
WINDOW = 1024
"""Tokens that are read at once, with what stands around them."""
_OVERLAP = 64
SAMPLE = "a"


class Tokens(NamedTuple):
    """A text, cut up."""

    ids: IntArray
    """(t,)"""
    spans: IntArray
    """(t, 2) the characters that a token stands for: the first, and the one after the last."""


Cut = Callable[[str], Tokens]
"""A tokenizer, without what it adds at both ends."""


class Piece(NamedTuple):
    """A window of a page's words."""

    batch: Batch
    """One text of T tokens."""
    positions: IntArray
    """(n,) of the tokens that are stored, ascending."""
    boxes: FloatArray
    """(n, 4) of the word that a token is a piece of."""


class TextSide:
    """Puts a page's words where a question would stand. For several threads."""

    def __init__(
        self, cut: Cut, *, as_text: Callable[[str], str], prefix: str, sample: Batch
    ) -> None:
        """`as_text` changes names of special tokens, which on a page are text; `sample` is the
        input that the question `SAMPLE` becomes.

        Raises EncoderError where that does not show what is put around a question, or is too much.
        """
        self._cut = cut
        self._as_text = as_text
        self._prefix = prefix
        ids = sample["input_ids"][0].tolist()
        asked = cut(prefix + SAMPLE).ids.tolist()
        begin = next((n for n in range(len(ids)) if ids[n : n + len(asked)] == asked), None)
        self._marks = {
            name: tensor[0, 0]
            for name, tensor in sample.items()
            if name != "input_ids" and tensor.shape == (1, len(ids)) and len(tensor.unique()) == 1
        }
        if begin is None or len(self._marks) != len(sample) - 1:
            raise EncoderError(
                "The checkpoint's processor does not show what it puts around a question, so that"
                " page_text cannot be used with it; leave it out."
            )
        if len(ids) > WINDOW // 2:
            raise EncoderError(
                f"{len(ids)} tokens stand around a question; expected at most {WINDOW // 2} where"
                " page_text is read behind them. Choose a shorter prefix, or leave page_text out."
            )
        self._before, self._after = ids[:begin], ids[begin + len(asked) :]

    def pieces(self, words: Sequence[Word], most: int) -> list[Piece]:
        """What is read of a page's words: the first `most` tokens of them, at most `MOST`."""
        text, word_of = self._joined(words[:MOST])
        tokens = self._cut(text)
        # One that begins in the prefix, with the space at its end, is the first word's.
        first = int(np.count_nonzero(tokens.spans[:, 1] <= len(self._prefix)))
        before = [*self._before, *tokens.ids[:first].tolist()]
        last = min(first + max(min(most, MOST), 0), len(tokens.ids))
        size = WINDOW - len(before) - len(self._after)
        places = [_word(word_of, *span) for span in tokens.spans[first:last].tolist()]
        ids = tokens.ids[first:last].tolist()
        return [
            self._piece(window, before, ids, places, words)
            for window in windows.cut(last - first, size=size, overlap=_OVERLAP)
        ]

    def _joined(self, words: Sequence[Word]) -> tuple[str, IntArray]:
        """The words behind the prefix, with a space between them and a line feed between lines; and
        for each character which word it is of, or `NOWHERE`."""
        parts, owners = [self._prefix], [NOWHERE] * len(self._prefix)
        for number, word in enumerate(words):
            if number:
                parts.append(" " if word.line == words[number - 1].line else "\n")
                owners.append(NOWHERE)
            parts.append(self._as_text(word.text))
            owners.extend([number] * len(parts[-1]))
        return "".join(parts), np.array(owners, np.int64)

    def _piece(
        self,
        window: windows.Window,
        before: Sequence[int],
        ids: Sequence[int],
        places: Sequence[int],
        words: Sequence[Word],
    ) -> Piece:
        sequence = [*before, *ids[window.first : window.last], *self._after]
        kept = [n for n in range(window.keep_first, window.keep_last) if places[n] != NOWHERE]
        shift = len(before) - window.first
        batch = {"input_ids": torch.tensor([sequence])}
        for name, mark in self._marks.items():
            batch[name] = mark.expand(1, len(sequence)).clone()
        boxes = np.array([words[places[n]].box for n in kept], np.float32).reshape(-1, 4)
        return Piece(batch, np.array(kept, np.int64) + shift, boxes)


def _word(word_of: IntArray, begin: int, end: int) -> int:
    """The word that most of these characters are of; `NOWHERE` for white space."""
    owners = word_of[begin:end]
    owners = owners[owners != NOWHERE]
    return int(np.bincount(owners).argmax()) if len(owners) else NOWHERE
