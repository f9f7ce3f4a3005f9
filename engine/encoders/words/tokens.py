"""Words become the numbers that the model reads. Knows no model and no page.

A word keeps its place: every token says which word it is a piece of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recto.engine.vectors import FloatArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

IntArray = npt.NDArray[np.int64]

_COMMONEST = 667
"""Below the number of "the", the commonest word: the vocabulary is in the order of frequency."""
_LIGHTEST = 800

_WORD_LENGTH = 200
"""Characters of a word that are read: longer ones are data, not language."""


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """t tokens of n words, in order."""

    ids: IntArray
    """(t,)"""
    words: IntArray
    """(t,), ascending: the index of the word that each token is a piece of. A word of which the
    model can read nothing (control characters alone) has no token."""

    def __len__(self) -> int:
        return len(self.ids)


def weights(tokens: Tokens) -> FloatArray:
    """(w,): how much each word that has tokens counts in a question; its rarest piece decides.

    From 1 for "the" to 2 for the rarest: the square root of what an inverse document frequency
    would be if words were as frequent as their rank says. Marks and single letters count less.
    """
    ranks = np.maximum(tokens.ids, _LIGHTEST).astype(np.float32)
    starts = np.flatnonzero(np.diff(tokens.words, prepend=-1))
    heaviest = np.maximum.reduceat(np.log(ranks / _COMMONEST), starts)
    return np.sqrt(heaviest, dtype=np.float32)


class WordPieces:
    """A tokenizer that is told where words begin and end."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.start = self._id("[CLS]")
        self.end = self._id("[SEP]")

    def _id(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        assert number is not None, token
        return int(number)

    def cut(self, words: Sequence[str]) -> Tokens:
        """Tokens of `words`, without the marks that the model expects at both ends."""
        if not words:
            return Tokens(np.empty(0, np.int64), np.empty(0, np.int64))
        encoding = self._tokenizer.encode(
            [word[:_WORD_LENGTH] for word in words],
            is_pretokenized=True,
            add_special_tokens=False,
        )
        return Tokens(np.array(encoding.ids, np.int64), np.array(encoding.word_ids, np.int64))
