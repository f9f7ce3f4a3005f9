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

if TYPE_CHECKING:
    from tokenizers import Tokenizer

IntArray = npt.NDArray[np.int64]

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
